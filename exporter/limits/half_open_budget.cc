#include "exporter/limits/half_open_budget.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace exporter {
namespace {

// Claims may be withdrawn, and turns change, at any time.
constexpr ike::Duration kAskAgain = std::chrono::seconds(1);

}  // namespace

size_t HalfOpenBudget::Allowed(const Account& account, uint16_t limit, Requester requester,
                               ike::TimePoint now) {
  if (limit <= 1) return 1;
  bool scheduled =
      requester != Requester::kOnRequest ||
      (account.scheduled != ike::TimePoint{} && now - account.scheduled < kScheduledMemory);
  return scheduled ? limit - 1u : limit;
}

HalfOpenBudget::Account* HalfOpenBudget::Find(const ike::IpAddress& address) {
  return accounts_.Find(AddressKey(address));
}

HalfOpenBudget::Account& HalfOpenBudget::FindOrMake(const ike::IpAddress& address) {
  Account& account = accounts_.FindOrMake(AddressKey(address), IsKnown);
  NotePlaces();
  return account;
}

bool HalfOpenBudget::IsKnown(const Account& account) {
  return account.scheduled != ike::TimePoint{} || account.taken > 0 || account.waiters > 0;
}

void HalfOpenBudget::NotePlaces() {
  const std::span<Account> places = accounts_.places();
  if (places.data() == expected_.load(std::memory_order_relaxed)) return;
  expected_.store(places.data(), std::memory_order_relaxed);
  expected_mask_.store(places.size() - 1, std::memory_order_relaxed);
}

// Before the first one that is younger.
void HalfOpenBudget::Insert(Account* account, ike::TimePoint at) {
  if (account->taken++ == 0) {
    account->oldest = at;
    return;
  }
  if (at < account->oldest) std::swap(at, account->oldest);
  if (free_slot_ == 0) {
    free_slot_ = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  const uint32_t fresh = std::exchange(free_slot_, slots_[free_slot_].next);
  uint32_t* link = &account->younger;
  while (*link != 0 && slots_[*link].at <= at) link = &slots_[*link].next;
  slots_[fresh] = {at, *link};
  *link = fresh;
}

// One of the younger ones.
void HalfOpenBudget::Remove(Account* account, uint32_t* link) {
  const uint32_t gone = std::exchange(*link, slots_[*link].next);
  slots_[gone].next = std::exchange(free_slot_, gone);
  --account->taken;
}

void HalfOpenBudget::RemoveOldest(Account* account) {
  if (account->younger == 0) {
    account->taken = 0;
    return;
  }
  account->oldest = slots_[account->younger].at;
  Remove(account, &account->younger);
}

// One that was taken then, if there is one.
void HalfOpenBudget::RemoveAt(Account* account, ike::TimePoint at) {
  if (account->taken == 0) return;
  if (account->oldest == at) return RemoveOldest(account);
  for (uint32_t* link = &account->younger; *link != 0; link = &slots_[*link].next) {
    if (slots_[*link].at == at) return Remove(account, link);
  }
}

void HalfOpenBudget::DropExpired(Account* account, ike::TimePoint now) {
  while (account->taken > 0 && now - account->oldest >= kLifetime) RemoveOldest(account);
}

// Addresses that nothing is known of any more go, so that the table is bounded by recent activity.
void HalfOpenBudget::Sweep(ike::TimePoint now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kLifetime;
  size_t known = 0;
  for (Account& account : accounts_.places()) {
    if (account.key == 0) continue;
    DropExpired(&account, now);
    if (now - account.scheduled >= kScheduledMemory) account.scheduled = {};
    known += IsKnown(account) ? 1 : 0;
  }
  if (known < accounts_.size()) accounts_.Rebuild(IsKnown);
  NotePlaces();
  claims_.Sweep(now);
  turns_.Sweep(now);
  learnt_.Sweep(now);
}

bool HalfOpenBudget::Yields(uint64_t key, Requester requester, ike::TimePoint now) const {
  if (requester == Requester::kScheduled) return false;
  if (claims_.Exist(key, now)) return true;
  return requester == Requester::kAudit && turns_.AuditYields(key, now);
}

void HalfOpenBudget::NoteTaken(uint64_t key, Requester requester) {
  if (requester == Requester::kAudit) turns_.AuditTook(key);
  if (requester == Requester::kOnRequest) turns_.RequestTook(key);
}

std::optional<HalfOpenBudget::Standing> HalfOpenBudget::TryTake(const ike::IpAddress& address,
                                                                uint16_t limit, Requester requester,
                                                                ike::TimePoint now) {
  std::lock_guard lock(lock_);
  Sweep(now);
  Account& account = FindOrMake(address);
  if (requester != Requester::kOnRequest) account.scheduled = now;
  DropExpired(&account, now);
  if (Yields(account.key, requester, now)) return std::nullopt;
  const size_t allowed = Allowed(account, learnt_.LimitOf(account.key, limit, now), requester, now);
  if (account.taken >= allowed) return std::nullopt;
  Insert(&account, now);
  NoteTaken(account.key, requester);
  return StandingIn(account, allowed, now);
}

void HalfOpenBudget::ForceTake(const ike::IpAddress& address, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  Insert(&FindOrMake(address), now);
}

void HalfOpenBudget::Release(const ike::IpAddress& address, Requester requester,
                             ike::TimePoint taken) {
  std::lock_guard lock(lock_);
  Account* account = Find(address);
  if (account == nullptr || account->taken == 0) return;
  if (requester == Requester::kAudit) turns_.AuditGaveBack(account->key);
  RemoveAt(account, taken);
}

void HalfOpenBudget::Prolong(const ike::IpAddress& address, ike::TimePoint now,
                             ike::TimePoint end) {
  std::lock_guard lock(lock_);
  Account& account = FindOrMake(address);
  if (account.taken > 0 && account.oldest <= now) {
    ike::TimePoint youngest = account.oldest;
    for (uint32_t slot = account.younger; slot != 0 && slots_[slot].at <= now;
         slot = slots_[slot].next) {
      youngest = slots_[slot].at;
    }
    RemoveAt(&account, youngest);
  }
  Insert(&account, end - kLifetime);
}

std::optional<uint16_t> HalfOpenBudget::Learn(const SlotUse& use, bool silent, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  Account* account = Find(use.address);
  if (account == nullptr) return std::nullopt;
  DropExpired(account, now);
  const int others = account->taken - (use.has_slot && account->taken > 0 ? 1 : 0);
  return learnt_.Learn(account->key, {static_cast<uint16_t>(others), use.limit, silent}, now);
}

void HalfOpenBudget::Release(const ike::IpAddress& address, ike::TimePoint end) {
  std::lock_guard lock(lock_);
  Account* account = Find(address);
  if (account != nullptr) RemoveAt(account, end - kLifetime);
}

HalfOpenBudget::Standing HalfOpenBudget::StandingOf(const ike::IpAddress& address, uint16_t limit,
                                                    Requester requester, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  const bool scheduled = requester != Requester::kOnRequest;
  Account* account = scheduled ? &FindOrMake(address) : Find(address);
  if (account == nullptr) return {now, false};
  if (scheduled) account->scheduled = now;
  DropExpired(account, now);
  limit = learnt_.LimitOf(account->key, limit, now);
  Standing standing = StandingIn(*account, Allowed(*account, limit, requester, now), now);
  if (Yields(account->key, requester, now)) {
    standing.next_free = std::max(standing.next_free, now + kAskAgain);
  }
  if (requester == Requester::kOnRequest && standing.next_free > now) {
    turns_.RequestTurnedAway(account->key, now);
  }
  return standing;
}

HalfOpenBudget::Standing HalfOpenBudget::StandingIn(const Account& account, size_t allowed,
                                                    ike::TimePoint now) const {
  const bool contended = account.waiters > 0;
  if (account.taken < allowed) return {now, contended};
  ike::TimePoint at = account.oldest;
  uint32_t slot = account.younger;
  for (size_t i = account.taken - allowed; i > 0; --i) {
    at = slots_[slot].at;
    slot = slots_[slot].next;
  }
  return {at + kLifetime, contended};
}

void HalfOpenBudget::AddWaiter(const ike::IpAddress& address, Requester requester) {
  std::lock_guard lock(lock_);
  ++FindOrMake(address).waiters;
  if (requester == Requester::kAudit) turns_.AddAudit(AddressKey(address));
}

void HalfOpenBudget::Claim(const ike::IpAddress& address, const void* who, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  claims_.Add(AddressKey(address), who, now);
}

void HalfOpenBudget::Withdraw(const ike::IpAddress& address, const void* who) {
  std::lock_guard lock(lock_);
  claims_.Withdraw(AddressKey(address), who);
}

void HalfOpenBudget::RemoveWaiter(const ike::IpAddress& address, Requester requester) {
  std::lock_guard lock(lock_);
  if (requester == Requester::kAudit) turns_.RemoveAudit(AddressKey(address));
  Account* account = Find(address);
  if (account != nullptr && account->waiters > 0) --account->waiters;
}

}  // namespace exporter
