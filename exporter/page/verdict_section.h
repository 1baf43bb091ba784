// A section of a target's page: the verdict of the last audit, with each finding against the policy
// and what to change. Called by the target's page. Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddVerdictSection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
