// The first section of a target's page: what is wrong, since when, and what to do. Called by the
// target's page. Pure function, any thread.
#pragma once

#include "exporter/page/frame.h"
#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddSituationSection(const PageContext& context, const TargetSnapshot& snapshot, Html* html);

}  // namespace exporter
