// The log's lines about single probes: each of them at the level "debug", and the targets that come
// up and go down. Called by the scheduler after every probe; any thread.
#pragma once

#include "exporter/engine/probe_run.h"
#include "exporter/store.h"

namespace exporter {

// `change` is what publishing the probe did to the target.
void LogScheduledProbe(const TargetEntry& entry, const ProbeResult& result, UpChange change);

}  // namespace exporter
