// LogLimit: keeps a line that repeats, and any flood of lines, from filling the disk. A line may
// stand there a few times at once and then once in a while; how many were left out is said with the
// next one that is written. Pure but for what it remembers, which is bounded; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "exporter/base/token_bucket.h"
#include "probes/base/time.h"

namespace exporter {

class LogLimit {
 public:
  static constexpr size_t kMaxKnown = 256;
  static constexpr double kBurst = 5;        // of one line
  static constexpr double kPerSecond = 0.1;  // of one line after that
  static constexpr double kAllBurst = 1000;  // of all lines together
  static constexpr double kAllPerSecond = 100;

  struct Verdict {
    bool write = true;
    uint64_t left_out = 0;  // since the last line that was written
  };

  // `line` is what repeats: everything but the time.
  Verdict Ask(std::string_view line, ike::TimePoint now);

 private:
  void Forget(ike::TimePoint now);

  std::unordered_map<std::string, TokenBucket> known_;
  TokenBucket all_{kAllBurst};
  uint64_t left_out_ = 0;
};

}  // namespace exporter
