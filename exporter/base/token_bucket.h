// TokenBucket: how often something may happen, and how often at once. Rate and burst are the
// caller's, since they may change. A value, without a clock; one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>

#include "probes/base/time.h"

namespace exporter {

class TokenBucket {
 public:
  explicit TokenBucket(double tokens, ike::TimePoint now = {}) : tokens_(tokens), refilled_(now) {}

  // Adds what has accrued since the last time. A clock that goes backwards adds nothing.
  void Refill(double per_second, double burst, ike::TimePoint now) {
    const double elapsed = std::chrono::duration<double>(now - refilled_).count();
    refilled_ = now;
    tokens_ = std::min(burst, tokens_ + std::max(0.0, elapsed) * per_second);
  }
  bool has_token() const { return tokens_ >= 1; }
  // May leave a debt, where something happens whether it may or not.
  void Spend() { tokens_ -= 1; }
  bool Take() {
    if (!has_token()) return false;
    Spend();
    return true;
  }
  bool Take(double per_second, double burst, ike::TimePoint now) {
    Refill(per_second, burst, now);
    return Take();
  }

  double missing() const { return 1 - tokens_; }  // until there is a token
  ike::TimePoint refilled() const { return refilled_; }

 private:
  double tokens_;
  ike::TimePoint refilled_;
};

}  // namespace exporter
