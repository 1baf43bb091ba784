// Sections of a target's page: what is known of each IKE version. Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddVersionSection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
