// HalfOpenBudget: how many openings that may have left half-open state each address holds of us,
// all kinds of probes together (docs/configuration.md, half_open_budget). Shared by all engines of
// the process; every function may be called from any thread.
//
// strongSwan demands cookies from the third half-open SA of one address on, and counts it before it
// looks at what else arrives, as tests/lab shows. So where liveness is scheduled the last slot
// stays free, or the next opening that leaves no state would meet a cookie; an address that is only
// probed on request may use them all.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "exporter/base/hash_table.h"
#include "exporter/base/tiny_lock.h"
#include "exporter/limits/address_key.h"
#include "exporter/limits/audit_share.h"
#include "exporter/limits/learnt_limits.h"
#include "exporter/limits/liveness_reservations.h"
#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class HalfOpenBudget {
 public:
  // strongSwan forgets a half-open SA after 30 s; the rest is for the way there and its timer.
  static constexpr ike::Duration kLifetime = std::chrono::milliseconds(30200);
  // How long after its last scheduled probe an address counts as one with scheduled liveness.
  static constexpr ike::Duration kScheduledMemory = std::chrono::minutes(10);

  enum class Requester : uint8_t {
    kScheduled,
    kOnRequest,
    kAudit,  // takes what liveness leaves
  };

  struct Standing {
    ike::TimePoint next_free;  // when TryTake will next succeed; `now` if it would at once
    bool contended = false;    // someone with less right than liveness waits for a slot
  };

  // Takes a slot if one of `limit` is free. Returns how the address stands then; none = no slot.
  std::optional<Standing> TryTake(const ike::IpAddress& address, uint16_t limit,
                                  Requester requester, ike::TimePoint now);
  // An opening that was thought free left state after all: counted whatever the limit.
  void ForceTake(const ike::IpAddress& address, ike::TimePoint now);
  // The opening for which a slot was taken at `taken` proved to leave nothing.
  void Release(const ike::IpAddress& address, Requester requester, ike::TimePoint taken);

  // The state of the opening that has the youngest slot at `now` lasts until `end`.
  void Prolong(const ike::IpAddress& address, ike::TimePoint now, ike::TimePoint end);
  // The state that was to last until `end` is gone.
  void Release(const ike::IpAddress& address, ike::TimePoint end);

  // One opening, and whether it has one of the slots.
  struct SlotUse {
    ike::IpAddress address;
    uint16_t limit = 0;
    bool has_slot = false;
  };
  // That opening met a COOKIE; see LearntLimits. Returns a lower limit where it is news.
  std::optional<uint16_t> Learn(const SlotUse& use, bool silent, ike::TimePoint now);

  // Where the address stands. Asking for a scheduled probe notes that its liveness is scheduled.
  Standing StandingOf(const ike::IpAddress& address, uint16_t limit, Requester requester,
                      ike::TimePoint now);
  ike::TimePoint NextFree(const ike::IpAddress& address, uint16_t limit, Requester requester,
                          ike::TimePoint now) {
    return StandingOf(address, limit, requester, now).next_free;
  }

  // The address will be asked for soon: brings what is known of it towards the cache.
  void Prefetch(const ike::IpAddress& address) const {
    const size_t mask = expected_mask_.load(std::memory_order_relaxed);
    __builtin_prefetch(expected_.load(std::memory_order_relaxed) + (AddressKey(address) & mask));
  }

  // Someone with less right than liveness waits for a slot here; liveness yields while it can.
  void AddWaiter(const ike::IpAddress& address, Requester requester);
  void RemoveWaiter(const ike::IpAddress& address, Requester requester);

  // `who`, a scheduled probe, went without an opening that was due: all others leave slots to it
  // until it had one.
  void Claim(const ike::IpAddress& address, const void* who, ike::TimePoint now);
  void Withdraw(const ike::IpAddress& address, const void* who);

 private:
  // One address, found by its hash. Two addresses of one hash would share a budget, which is then
  // kept all the more strictly. Two fit a cache line, since there is one for every target, and of
  // one that is probed at a common interval nothing else is read.
  struct Account {
    uint64_t key = 0;
    ike::TimePoint scheduled{};
    ike::TimePoint oldest{};  // when the first of its slots was taken
    uint32_t younger = 0;     // the others, in slots_, linked by age; 0 = none
    uint16_t taken = 0;       // how many slots that is in all
    uint16_t waiters = 0;
  };
  struct Slot {
    ike::TimePoint at{};
    uint32_t next = 0;  // younger, or the next free one
  };

  // Whether a slot that is free is another's by right.
  bool Yields(uint64_t key, Requester requester, ike::TimePoint now) const;
  void NoteTaken(uint64_t key, Requester requester);
  static size_t Allowed(const Account& account, uint16_t limit, Requester requester,
                        ike::TimePoint now);
  Account* Find(const ike::IpAddress& address);
  Account& FindOrMake(const ike::IpAddress& address);
  static bool IsKnown(const Account& account);
  void NotePlaces();
  Standing StandingIn(const Account& account, size_t allowed, ike::TimePoint now) const;
  void Insert(Account* account, ike::TimePoint at);
  void RemoveAt(Account* account, ike::TimePoint at);
  void Remove(Account* account, uint32_t* link);
  void RemoveOldest(Account* account);
  void DropExpired(Account* account, ike::TimePoint now);
  void Sweep(ike::TimePoint now);

  // Of accounts_, for Prefetch, which may be wrong and does not lock.
  std::atomic<const Account*> expected_{nullptr};
  std::atomic<size_t> expected_mask_{0};

  TinyLock lock_;  // guards all below
  HashTable<Account> accounts_;
  std::vector<Slot> slots_ = std::vector<Slot>(1);  // [0] is no slot
  uint32_t free_slot_ = 0;
  ike::TimePoint next_sweep_{};
  LivenessReservations claims_;
  AuditShare turns_;
  LearntLimits learnt_;
};

}  // namespace exporter
