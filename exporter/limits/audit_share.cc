#include "exporter/limits/audit_share.h"

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

void AuditShare::RemoveAudit(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->waiting = std::max(turn->waiting - 1, 0);
}

void AuditShare::AuditTook(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = std::min(turn->taken + 1, kAuditTurns);
}

void AuditShare::AuditGaveBack(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = std::max(turn->taken - 1, 0);
}

void AuditShare::RequestTook(uint64_t address) {
  if (Turn* turn = Find(turns_, address)) turn->taken = 0;
}

void AuditShare::RequestTurnedAway(uint64_t address, ike::TimePoint now) {
  if (Turn* turn = Find(turns_, address)) turn->turned_away = now;
}

bool AuditShare::AuditYields(uint64_t address, ike::TimePoint now) const {
  const Turn* turn = Find(turns_, address);
  return turn && turn->taken >= kAuditTurns && now - turn->turned_away < kKept;
}

void AuditShare::Sweep(ike::TimePoint now) {
  std::erase_if(turns_, [now](const auto& item) {
    return item.second.waiting == 0 && now - item.second.turned_away >= std::chrono::minutes(1);
  });
}

}  // namespace exporter
