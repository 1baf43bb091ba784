// LearntLimits: which addresses demand cookies while fewer half-open SAs of ours are there than the
// half-open budget allows: their own limit is lower. Guarded by its owner, the budget.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "probes/exchange/outcome.h"

namespace exporter {

class LearntLimits {
 public:
  static constexpr ike::Duration kLifetime = std::chrono::hours(1);

  // An opening of which a COOKIE was demanded.
  struct Cookie {
    uint16_t others = 0;  // openings of ours that may be half-open there
    uint16_t limit = 0;   // how many we allow ourselves
    bool silent = false;  // the opening that had the cookie met silence
  };

  // Returns the address' limit where it is lower than what is known; `address` is the budget's key.
  // Cookies that are demanded of everybody, as by a daemon that others keep busy, say nothing.
  std::optional<uint16_t> Learn(uint64_t address, const Cookie& cookie, ike::TimePoint now);

  // `limit`, or the lower one of the address.
  uint16_t LimitOf(uint64_t address, uint16_t limit, ike::TimePoint now) const;

  void Sweep(ike::TimePoint now);

 private:
  struct Known {
    uint16_t limit = 0;  // 0 = none
    ike::TimePoint at{};
    ike::TimePoint demanded_of_all{};  // a COOKIE although nothing of ours was there
  };

  std::unordered_map<uint64_t, Known> known_;
};

}  // namespace exporter
