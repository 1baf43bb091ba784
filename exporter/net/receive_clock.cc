#include "exporter/net/receive_clock.h"

#include <time.h>

#include <algorithm>
#include <chrono>

namespace exporter::net {

ClockReading ReadClocks() {
  ClockReading reading;
  timespec wall;
  reading.before = std::chrono::steady_clock::now();
  clock_gettime(CLOCK_REALTIME, &wall);
  reading.after = std::chrono::steady_clock::now();
  reading.wall = std::chrono::seconds(wall.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec);
  return reading;
}

void ReceiveClock::Update(const ClockReading& reading) {
  const ike::Duration width = reading.after - reading.before;
  const ike::Duration offset = (reading.before + width / 2).time_since_epoch() - reading.wall;
  const ike::Duration tolerance = std::chrono::milliseconds(1) + width;
  const ike::Duration change = offset - offset_;
  if (is_known_ && (change > tolerance || change < -tolerance)) is_distrusted_ = true;
  is_known_ = true;
  offset_ = offset;
  now_ = reading.after;
}

ike::TimePoint ReceiveClock::Arrival(std::optional<ike::Duration> stamp) const {
  if (!stamp || is_distrusted_) return now_;
  return std::min(ike::TimePoint{*stamp + offset_}, now_);
}

}  // namespace exporter::net
