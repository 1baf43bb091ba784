#include "exporter/engine/budget_turns.h"

#include <algorithm>

namespace exporter {

BudgetTurns::Turn* BudgetTurns::Find(uint64_t address) {
  auto found = turns_.find(address);
  return found == turns_.end() ? nullptr : &found->second;
}

void BudgetTurns::RemoveAudit(uint64_t address) {
  if (Turn* turn = Find(address)) turn->waiting = std::max(turn->waiting - 1, 0);
}

void BudgetTurns::AuditTook(uint64_t address) {
  if (Turn* turn = Find(address)) turn->taken = std::min(turn->taken + 1, kAuditTurns);
}

void BudgetTurns::AuditGaveBack(uint64_t address) {
  if (Turn* turn = Find(address)) turn->taken = std::max(turn->taken - 1, 0);
}

void BudgetTurns::RequestTook(uint64_t address) {
  if (Turn* turn = Find(address)) turn->taken = 0;
}

void BudgetTurns::RequestTurnedAway(uint64_t address, ike::TimePoint now) {
  if (Turn* turn = Find(address)) turn->turned_away = now;
}

bool BudgetTurns::RequestYields(uint64_t address) const {
  auto found = turns_.find(address);
  if (found == turns_.end()) return false;
  return found->second.waiting > 0 && found->second.taken < kAuditTurns;
}

bool BudgetTurns::AuditYields(uint64_t address, ike::TimePoint now) const {
  auto found = turns_.find(address);
  if (found == turns_.end()) return false;
  return found->second.taken >= kAuditTurns && now - found->second.turned_away < kKept;
}

void BudgetTurns::Sweep(ike::TimePoint now) {
  std::erase_if(turns_, [now](const auto& item) {
    return item.second.waiting == 0 && now - item.second.turned_away >= std::chrono::minutes(1);
  });
}

}  // namespace exporter
