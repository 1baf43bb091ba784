// What an endpoint accepts though the registry calls it weak or broken: one rule for the metrics
// and the pages. Pure functions over an audit's history, which its TargetEntry's lock guards.
#pragma once

#include <algorithm>

#include "exporter/targets/store.h"
#include "probes/algorithms/registry.h"
#include "probes/audit/audit_result.h"

namespace exporter {

// The newest audit that learnt something; null if there is none.
inline const ike::AuditResult* LearntAudit(const AuditHistory* history) {
  if (history == nullptr || !history->last) return nullptr;
  return history->last->success ? history->last.get() : nullptr;
}

inline bool IsWeak(const ike::Algorithm* row) {
  return row != nullptr &&
         (row->verdict == ike::Verdict::kWeak || row->verdict == ike::Verdict::kBroken);
}

// Calls visit(const AlgorithmId&) for what is accepted, the mode and the protocol that IKEv1 is
// among it.
template <typename Visit>
void ForEachAccepted(ike::IkeVersion version, const ike::VersionAudit& audit, Visit visit) {
  for (const ike::AlgorithmId& id : audit.accepted) visit(id);
  if (version != ike::IkeVersion::kV1) return;
  constexpr auto kAggressive = static_cast<uint16_t>(ike::Ikev1Mode::kAggressive);
  if (audit.aggressive_mode) visit(ike::AlgorithmId{ike::Kind::kMode, kAggressive, 0});
  if (audit.main_mode || audit.aggressive_mode) {
    visit(ike::AlgorithmId{ike::Kind::kProtocol, 1, 0});
  }
}

// Calls visit(const Algorithm&) for each weak or broken algorithm that is accepted, and for the
// mode and the protocol that IKEv1 is. What a complete audit found accepted and the newest could
// not tell counts on: it does not go away because a packet was lost.
template <typename Visit>
void ForEachWeak(const AuditHistory* history, ike::IkeVersion version, Visit visit) {
  const ike::AuditResult* result = LearntAudit(history);
  if (result == nullptr || !result->of(version)) return;
  const ike::VersionAudit& audit = *result->of(version);
  auto consider = [&](const ike::AlgorithmId& id) {
    const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
    if (IsWeak(row)) visit(*row);
  };
  ForEachAccepted(version, audit, consider);
  const auto& before = history->last_complete;
  if (before && before.get() != result && before->of(version)) {
    for (const ike::AlgorithmId& id : before->of(version)->accepted) {
      if (std::ranges::find(audit.unknown, id) != audit.unknown.end()) consider(id);
    }
  }
}

}  // namespace exporter
