// AuditShare: which audits yield where requests want slots of the same address. A request goes
// before an audit's next question; where requests were turned away the audit has one slot, or it
// would not end while somebody asks, and the next is kept for a request. Guarded by its owner, the
// budget.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "probes/exchange/outcome.h"

namespace exporter {

class AuditShare {
 public:
  // Slots that audits have for one of a request.
  static constexpr int kAuditTurns = 1;
  // How long a slot is kept for a request that was turned away: whoever asked may ask again.
  static constexpr ike::Duration kKept = std::chrono::seconds(10);

  // An audit waits for a slot of this address; `address` is the budget's key.
  void AddAudit(uint64_t address) { ++turns_[address].waiting; }
  void RemoveAudit(uint64_t address);
  void AuditTook(uint64_t address);
  void AuditGaveBack(uint64_t address);

  void RequestTook(uint64_t address);
  void RequestTurnedAway(uint64_t address, ike::TimePoint now);

  // Whether the next slot is a request's.
  bool AuditYields(uint64_t address, ike::TimePoint now) const;

  // Forgets addresses where no audit waits and no request was turned away lately.
  void Sweep(ike::TimePoint now);

 private:
  struct Turn {
    int waiting = 0;  // audits
    int taken = 0;    // slots, by audits since a request had one
    ike::TimePoint turned_away{};
  };

  std::unordered_map<uint64_t, Turn> turns_;
};

}  // namespace exporter
