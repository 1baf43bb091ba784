#include "exporter/engine/half_open_budget.h"

#include <algorithm>

namespace exporter {

size_t HalfOpenBudget::Allowed(const Account& account, uint16_t limit, Asker asker,
                               ike::TimePoint now) {
  if (limit <= 1) return 1;
  bool scheduled = asker == Asker::kScheduled || (account.scheduled != ike::TimePoint{} &&
                                                  now - account.scheduled < kScheduledMemory);
  return scheduled ? limit - 1u : limit;
}

void HalfOpenBudget::DropExpired(Account* account, ike::TimePoint now) {
  std::erase_if(account->taken, [now](ike::TimePoint taken) { return now - taken >= kLifetime; });
}

// Addresses that nothing is known of any more go, so that the map is bounded by recent activity.
void HalfOpenBudget::Sweep(ike::TimePoint now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kLifetime;
  for (auto& [address, account] : accounts_) DropExpired(&account, now);
  std::erase_if(accounts_, [now](const auto& item) {
    return item.second.taken.empty() && item.second.waiters == 0 &&
           now - item.second.scheduled >= kScheduledMemory;
  });
}

bool HalfOpenBudget::TryTake(const ike::IpAddress& address, uint16_t limit, Asker asker,
                             ike::TimePoint now) {
  std::lock_guard lock(mutex_);
  Sweep(now);
  Account& account = accounts_[address];
  if (asker == Asker::kScheduled) account.scheduled = now;
  DropExpired(&account, now);
  if (account.taken.size() >= Allowed(account, limit, asker, now)) return false;
  account.taken.push_back(now);
  return true;
}

void HalfOpenBudget::ForceTake(const ike::IpAddress& address, ike::TimePoint now) {
  std::lock_guard lock(mutex_);
  accounts_[address].taken.push_back(now);
}

void HalfOpenBudget::GiveBack(const ike::IpAddress& address, ike::TimePoint taken) {
  std::lock_guard lock(mutex_);
  auto account = accounts_.find(address);
  if (account == accounts_.end()) return;
  std::vector<ike::TimePoint>& slots = account->second.taken;
  auto slot = std::find(slots.begin(), slots.end(), taken);
  if (slot != slots.end()) slots.erase(slot);
}

ike::TimePoint HalfOpenBudget::NextFree(const ike::IpAddress& address, uint16_t limit, Asker asker,
                                        ike::TimePoint now) {
  std::lock_guard lock(mutex_);
  auto found = accounts_.find(address);
  if (found == accounts_.end()) return now;
  Account& account = found->second;
  DropExpired(&account, now);
  size_t allowed = Allowed(account, limit, asker, now);
  if (account.taken.size() < allowed) return now;
  return account.taken[account.taken.size() - allowed] + kLifetime;
}

void HalfOpenBudget::AddWaiter(const ike::IpAddress& address) {
  std::lock_guard lock(mutex_);
  ++accounts_[address].waiters;
}

void HalfOpenBudget::RemoveWaiter(const ike::IpAddress& address) {
  std::lock_guard lock(mutex_);
  auto account = accounts_.find(address);
  if (account != accounts_.end() && account->second.waiters > 0) --account->second.waiters;
}

bool HalfOpenBudget::Contended(const ike::IpAddress& address) {
  std::lock_guard lock(mutex_);
  auto account = accounts_.find(address);
  return account != accounts_.end() && account->second.waiters > 0;
}

void HalfOpenBudget::NoteScheduled(const ike::IpAddress& address, ike::TimePoint now) {
  std::lock_guard lock(mutex_);
  accounts_[address].scheduled = now;
}

}  // namespace exporter
