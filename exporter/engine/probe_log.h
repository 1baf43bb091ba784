// The log's lines about scheduled work: each probe at the level "debug", the targets that come up
// and go down, and audits that fall behind. Called by the scheduler; any thread.
#pragma once

#include "exporter/engine/probe_run.h"
#include "exporter/targets/store.h"

namespace exporter {

// `change` is what publishing the probe did to the target.
void LogScheduledProbe(const TargetEntry& entry, const ProbeResult& result, UpChange change);

// `waiting` audits are due, some of them for the second time.
void LogAuditsBehind(size_t waiting);
// A gateway allows only so many half-open SAs, fewer than half_open_budget.
void LogLowerBudget(const ike::IpAddress& address, uint16_t budget);

}  // namespace exporter
