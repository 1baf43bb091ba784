#include "exporter/limits/learnt_limits.h"

#include <algorithm>

namespace exporter {
namespace {

bool IsRecent(ike::TimePoint at, ike::TimePoint now) {
  return at != ike::TimePoint{} && now - at < LearntLimits::kLifetime;
}

}  // namespace

std::optional<uint16_t> LearntLimits::Learn(uint64_t address, const Cookie& cookie,
                                            ike::TimePoint now) {
  if (cookie.others >= cookie.limit) return std::nullopt;
  Known& known = known_[address];
  if (cookie.others == 0) {
    known.demanded_of_all = now;
    return std::nullopt;
  }
  if (IsRecent(known.demanded_of_all, now) && !cookie.silent) return std::nullopt;
  if (IsRecent(known.at, now) && known.limit <= cookie.others) return std::nullopt;
  known.limit = cookie.others;
  known.at = now;
  return known.limit;
}

uint16_t LearntLimits::LimitOf(uint64_t address, uint16_t limit, ike::TimePoint now) const {
  if (known_.empty()) return limit;
  const auto found = known_.find(address);
  if (found == known_.end() || !IsRecent(found->second.at, now)) return limit;
  return std::min(limit, found->second.limit);
}

void LearntLimits::Sweep(ike::TimePoint now) {
  std::erase_if(known_, [now](const auto& item) {
    return !IsRecent(std::max(item.second.at, item.second.demanded_of_all), now);
  });
}

}  // namespace exporter
