// The AuditJudge of this program: judges what an audit found by the policy that its settings name.
// Made by serve.cc and the audit command, called by the AuditQueue when an audit ends. Any thread.
#pragma once

#include <memory>

#include "config/config.h"
#include "exporter/engine/audit_queue.h"
#include "exporter/targets/store.h"

namespace exporter {

// User policies are those of the configuration that runs at the time. `store` outlives the judge.
AuditJudge MakeAuditJudge(const Store* store);
AuditJudge MakeAuditJudge(std::shared_ptr<const config::Config> config);

// Judges the audits that are known already by the policies of `table`, which a reload may have
// changed: what was found does not depend on them.
void JudgeAnew(const TargetTable& table);

}  // namespace exporter
