#include "exporter/log/log_limit.h"

#include <algorithm>
#include <utility>

namespace exporter {

bool LogLimit::Bucket::Take(double burst, double per_second, ike::TimePoint now) {
  double elapsed = std::chrono::duration<double>(now - std::exchange(at, now)).count();
  tokens = std::min(burst, tokens + std::max(0.0, elapsed) * per_second);
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

LogLimit::Verdict LogLimit::Ask(std::string_view line, ike::TimePoint now) {
  std::string key(line);
  if (known_.size() >= kMaxKnown && !known_.contains(key)) Forget(now);
  bool may = all_.Take(kAllBurst, kAllPerSecond, now);
  if (may && (known_.size() < kMaxKnown || known_.contains(key))) {
    Bucket& bucket = known_.try_emplace(std::move(key), Bucket{kBurst, now}).first->second;
    may = bucket.Take(kBurst, kPerSecond, now);
  }
  if (!may) {
    ++left_out_;
    return {false, 0};
  }
  return {true, std::exchange(left_out_, 0)};
}

// Whoever has not been heard of for as long as a bucket takes to fill is as good as new.
void LogLimit::Forget(ike::TimePoint now) {
  auto full =
      std::chrono::duration_cast<ike::Duration>(std::chrono::duration<double>(kBurst / kPerSecond));
  std::erase_if(known_, [&](const auto& item) { return now - item.second.at >= full; });
}

}  // namespace exporter
