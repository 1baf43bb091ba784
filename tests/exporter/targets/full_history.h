// What is kept of the audits of a target, with every field set. For tests of what is written to the
// state file and read again.
#pragma once

#include <memory>

#include "exporter/targets/target_state.h"
#include "probes/audit/audit_result.h"

namespace exporter::test {

std::shared_ptr<const ike::AuditResult> FullResult();

// The last audit failed, the one before is FullResult().
AuditHistory FullHistory();

}  // namespace exporter::test
