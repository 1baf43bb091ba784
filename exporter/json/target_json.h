// The JSON of configured targets: what is known of each. Any thread; an entry is read under its
// lock.
#pragma once

#include "exporter/json/probe_json.h"
#include "exporter/targets/store.h"

namespace exporter {

// One row of /api/targets.
Json TargetSummaryJson(const TargetEntry& entry);
// /api/targets/NAME: the summary, the last audit and what changed, the recent history.
Json TargetJson(const TargetEntry& entry);

}  // namespace exporter
