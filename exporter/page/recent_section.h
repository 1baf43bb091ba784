// The section of the overview with what was probed on request. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "exporter/page/html.h"

namespace exporter {

struct RecentProbeRow {
  uint64_t id = 0;
  double at = 0;  // Unix time
  std::string target;
  std::string module;  // empty = the defaults
  bool success = false;
  double duration_seconds = 0;
};

// `rows` with the newest first; no section where there is none.
void AddRecentSection(const std::vector<RecentProbeRow>& rows, double now, Html* html);

}  // namespace exporter
