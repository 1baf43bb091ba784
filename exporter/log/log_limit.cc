#include "exporter/log/log_limit.h"

#include <algorithm>
#include <utility>

namespace exporter {

LogLimit::Verdict LogLimit::Ask(std::string_view line, ike::TimePoint now) {
  std::string key(line);
  if (known_.size() >= kMaxKnown && !known_.contains(key)) Forget(now);
  bool may = all_.Take(kAllPerSecond, kAllBurst, now);
  if (may && (known_.size() < kMaxKnown || known_.contains(key))) {
    TokenBucket& bucket = known_.try_emplace(std::move(key), kBurst, now).first->second;
    may = bucket.Take(kPerSecond, kBurst, now);
  }
  if (!may) {
    ++left_out_;
    return {false, 0};
  }
  return {true, std::exchange(left_out_, 0)};
}

// Drops the lines that were not written for as long as a bucket takes to fill: they are as good as
// new.
void LogLimit::Forget(ike::TimePoint now) {
  auto full =
      std::chrono::duration_cast<ike::Duration>(std::chrono::duration<double>(kBurst / kPerSecond));
  std::erase_if(known_, [&](const auto& item) { return now - item.second.refilled() >= full; });
}

}  // namespace exporter
