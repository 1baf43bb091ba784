// The log's lines about scheduled work: each probe at the level "debug", the targets that come up
// and go down, what audits find changed, and audits that fall behind. Any thread.
#pragma once

#include <string>
#include <vector>

#include "exporter/engine/probe_run.h"
#include "exporter/targets/store.h"

namespace exporter {

// `change` is what publishing the probe did to the target.
void LogScheduledProbe(const TargetEntry& entry, const ProbeResult& result, UpChange change);

void LogAuditChanges(const TargetEntry& entry, const std::vector<std::string>& changes);

// `waiting` audits are due, some of them for the second time.
void LogAuditsBehind(size_t waiting);
// A gateway allows only so many half-open SAs, fewer than half_open_budget.
void LogLowerBudget(const ike::IpAddress& address, uint16_t budget);

}  // namespace exporter
