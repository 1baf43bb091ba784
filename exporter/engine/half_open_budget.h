// HalfOpenBudget: how many openings that may have left half-open state each address holds of us,
// all kinds of probes together (contract section 2, half_open_budget). Shared by all engines of the
// process; every function may be called from any thread.
//
// strongSwan demands cookies from the third half-open SA of one address on, and counts it before it
// looks at what else arrives (lab.md). So where liveness is scheduled the last slot stays free, or
// the next opening that leaves no state would meet a cookie; an address that is only probed on
// request may use them all.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "probes/ip_address.h"
#include "probes/outcome.h"

namespace exporter {

class HalfOpenBudget {
 public:
  // strongSwan forgets a half-open SA after 30 s; the rest is for the way there and its timer.
  static constexpr ike::Duration kLifetime = std::chrono::milliseconds(30200);
  // How long after its last scheduled probe an address counts as one with scheduled liveness.
  static constexpr ike::Duration kScheduledMemory = std::chrono::minutes(10);

  enum class Asker : uint8_t { kScheduled, kOnRequest };

  // Takes a slot if one of `limit` is free. Returns whether it did.
  bool TryTake(const ike::IpAddress& address, uint16_t limit, Asker asker, ike::TimePoint now);
  // An opening that was thought free left state after all: counted whatever the limit.
  void ForceTake(const ike::IpAddress& address, ike::TimePoint now);
  // The opening for which a slot was taken at `taken` proved to leave nothing.
  void GiveBack(const ike::IpAddress& address, ike::TimePoint taken);

  // When TryTake will next succeed; `now` if it would at once.
  ike::TimePoint NextFree(const ike::IpAddress& address, uint16_t limit, Asker asker,
                          ike::TimePoint now);

  // Someone with less right than liveness waits for a slot here; liveness yields while it can.
  void AddWaiter(const ike::IpAddress& address);
  void RemoveWaiter(const ike::IpAddress& address);
  bool Contended(const ike::IpAddress& address);

  // Liveness of this address is scheduled.
  void NoteScheduled(const ike::IpAddress& address, ike::TimePoint now);

 private:
  struct Account {
    std::vector<ike::TimePoint> taken;  // oldest first
    ike::TimePoint scheduled{};
    uint32_t waiters = 0;
  };

  static size_t Allowed(const Account& account, uint16_t limit, Asker asker, ike::TimePoint now);
  static void DropExpired(Account* account, ike::TimePoint now);
  void Sweep(ike::TimePoint now);

  std::mutex mutex_;
  std::unordered_map<ike::IpAddress, Account> accounts_;  // guarded by mutex_
  ike::TimePoint next_sweep_{};
};

}  // namespace exporter
