// A section of a target's page: the messages of the last probes, decoded field by field.
// Pure function, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/target_snapshot.h"

namespace exporter {

void AddExchangeSection(const TargetSnapshot& snapshot, double now, Html* html);

}  // namespace exporter
