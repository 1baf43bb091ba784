// A section of a target's page: what the last audit found: the matrix of accepted, refused and
// unknown algorithms, and the findings against the policy. Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddAuditSection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
