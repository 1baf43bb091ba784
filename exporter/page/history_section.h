// A section of a target's page: the probes of the recent past and the failures of a longer one.
// Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

// RTT over time.
void AddRttSection(const TargetSnapshot& snapshot, double now, Html* html);
void AddHistorySection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
