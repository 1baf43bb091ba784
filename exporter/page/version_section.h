// The section of a target's page for each IKE version: what is known of it. Called by the target's
// page. Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddVersionSection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
