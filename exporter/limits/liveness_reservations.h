// LivenessReservations: which scheduled probes went without an opening that was due because the
// half-open budget of their address was spent. Audits and probes on request notice a slot that
// becomes free at once, a scheduled probe only at its next interval: without claims they would take
// every one. Guarded by its owner, the budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "probes/exchange/outcome.h"

namespace exporter {

class LivenessReservations {
 public:
  // A claim that is not renewed ends: the target may be gone, or has an interval so long that an
  // audit should not wait for it.
  static constexpr ike::Duration kLifetime = std::chrono::seconds(65);

  // `who` is only compared; `address` is the budget's key.
  void Add(uint64_t address, const void* who, ike::TimePoint now);
  void Withdraw(uint64_t address, const void* who);
  bool Exist(uint64_t address, ike::TimePoint now) const;
  void Sweep(ike::TimePoint now);

 private:
  // Further ones of an address have to wait until these have been served.
  static constexpr size_t kMostPerAddress = 64;
  struct Claim {
    const void* who = nullptr;
    ike::TimePoint until{};
  };

  std::unordered_map<uint64_t, std::vector<Claim>> claims_;
};

}  // namespace exporter
