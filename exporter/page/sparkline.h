// Pictures of the recent past of one version as inline SVG: RTT as a line, failures as ticks below.
// Classes only, no style attribute, since the Content-Security-Policy takes none. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "exporter/page/html.h"
#include "exporter/targets/probe_history.h"

namespace exporter {

// The newest `most` records of `version`, the oldest first.
std::vector<ProbeRecord> RecordsOf(std::span<const ProbeRecord> records, ike::IkeVersion version,
                                   size_t most);

// Some 100 by 20 pixels, for a cell of the table.
void AddSparkline(std::span<const ProbeRecord> records, Html* html);

// As wide as its place, with the scale and the times written to it.
void AddRttChart(std::span<const ProbeRecord> records, double now, Html* html);

// What the picture says, for those who do not see it: "30 probes, 2 failed, 8.1 ms to 12 ms".
std::string RecordsText(std::span<const ProbeRecord> records);

}  // namespace exporter
