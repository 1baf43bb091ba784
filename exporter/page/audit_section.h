// A section of a target's page: the matrix of what the last audit found accepted, refused and
// unknown. Empty where it learnt nothing. Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddAuditSection(const TargetSnapshot& snapshot, Html* html);

}  // namespace exporter
