#include "exporter/limits/budget_turns.h"

#include <algorithm>

namespace exporter {
namespace {

// The turn of the address, const where the map is; null if it has none.
template <typename Turns>
auto* Find(Turns& turns, uint64_t address) {
  auto found = turns.find(address);
  return found == turns.end() ? nullptr : &found->second;
}

}  // namespace

void BudgetTurns::RemoveAudit(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->waiting = std::max(turn->waiting - 1, 0);
}

void BudgetTurns::AuditTook(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = std::min(turn->taken + 1, kAuditTurns);
}

void BudgetTurns::AuditGaveBack(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = std::max(turn->taken - 1, 0);
}

void BudgetTurns::RequestTook(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = 0;
}

void BudgetTurns::RequestTurnedAway(uint64_t address, ike::TimePoint now) {
  if (Turn* turn = Find(turns_, address)) turn->turned_away = now;
}

bool BudgetTurns::AuditYields(uint64_t address, ike::TimePoint now) const {
  const Turn* turn = Find(turns_, address);
  return turn && turn->taken >= kAuditTurns && now - turn->turned_away < kKept;
}

void BudgetTurns::Sweep(ike::TimePoint now) {
  std::erase_if(turns_, [now](const auto& item) {
    return item.second.waiting == 0 && now - item.second.turned_away >= std::chrono::minutes(1);
  });
}

}  // namespace exporter
