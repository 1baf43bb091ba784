// What changed between two audits of a target: the regressions that page somebody. Called by the
// store when an audit ends. Pure functions over what they are given: whoever holds the history's
// lock may call them.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "exporter/targets/target_state.h"

namespace exporter {

// Makes `result` the newest of `history` and counts its differences to the last complete one. Only
// complete audits are compared, and the first does not count: silence is no change.
// `silent`: see WeakHistory::Take.
void RecordAudit(std::shared_ptr<const ike::AuditResult> result, double finished_at,
                 const std::array<bool, 2>& silent, AuditHistory* history);

}  // namespace exporter
