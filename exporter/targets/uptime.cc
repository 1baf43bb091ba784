#include "exporter/targets/uptime.h"

#include <algorithm>
#include <cmath>

namespace exporter {
namespace {

constexpr double kHourSeconds = 3600;
constexpr uint32_t kHoursOfDay = 24;
constexpr double kDayUnit = 2;  // seconds; a day of them fits into a bucket

uint32_t HourOf(double at) {
  return static_cast<uint32_t>(std::clamp(at / kHourSeconds, 0.0, 4e9));
}

// An outage is never rounded away.
void AddTo(Uptime::Bucket* bucket, double known, double down) {
  const auto whole = [](double value) { return static_cast<uint16_t>(std::min(value, 65535.0)); };
  bucket->known = whole(bucket->known + std::round(known));
  bucket->down = std::min(bucket->known, whole(bucket->down + std::ceil(down)));
}

// The buckets (after, upto] begin anew; the newest that one of `size` can hold are all of them.
template <size_t size>
void Clear(uint32_t after, uint32_t upto, std::array<Uptime::Bucket, size>* buckets) {
  const uint32_t count = std::min(upto - after, static_cast<uint32_t>(size));
  for (uint32_t i = 0; i < count; ++i) (*buckets)[(upto - i) % size] = {};
}

}  // namespace

// Where the clock was set back by hours, what was known belongs to no time any more.
void Uptime::EnterHour(uint32_t hour) {
  if (hour == parts_.hour) return;
  if (parts_.hour == 0 || hour < parts_.hour) {
    parts_ = {.hour = hour};
    return;
  }
  const uint32_t day = parts_.hour / kHoursOfDay;
  AddTo(&parts_.hours[parts_.hour % kHours], parts_.known, parts_.down);
  AddTo(&parts_.days[day % kDays], parts_.known / kDayUnit, parts_.down / kDayUnit);
  Clear(parts_.hour, hour, &parts_.hours);
  Clear(day, hour / kHoursOfDay, &parts_.days);
  parts_.hour = hour;
  parts_.known = parts_.down = 0;
}

void Uptime::Add(double from, double to, bool up) {
  while (from < to) {
    uint32_t hour = HourOf(from);
    if (hour + 1 == parts_.hour) hour = parts_.hour;  // a clock that was put right
    EnterHour(hour);
    const double end = std::min(to, (hour + 1.0) * kHourSeconds);
    if (end <= from) return;
    const auto seconds = static_cast<float>(end - from);
    parts_.known += seconds;
    if (!up) parts_.down += seconds;
    from = end;
  }
}

Uptime::Share Uptime::LastDay(double now) const {
  Uptime then = *this;
  if (parts_.hour != 0 && HourOf(now) > parts_.hour) then.EnterHour(HourOf(now));
  Share share{then.parts_.known, then.parts_.down};
  for (const Bucket& hour : then.parts_.hours) {
    share.known += hour.known;
    share.down += hour.down;
  }
  return share;
}

Uptime::Share Uptime::LastWeek(double now) const {
  Uptime then = *this;
  if (parts_.hour != 0 && HourOf(now) > parts_.hour) then.EnterHour(HourOf(now));
  Share share{then.parts_.known, then.parts_.down};
  for (const Bucket& day : then.parts_.days) {
    share.known += day.known * kDayUnit;
    share.down += day.down * kDayUnit;
  }
  return share;
}

}  // namespace exporter
