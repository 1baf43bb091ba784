// What all pages have in common: head, navigation and foot. Called by the pages around their own
// content. Pure functions over what they are given, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/page/html.h"
#include "exporter/page/recent_section.h"
#include "exporter/targets/store.h"

namespace exporter {

// What the pages are made of.
struct PageContext {
  std::shared_ptr<const TargetTable> table;
  double now = 0;  // Unix time
  std::string telemetry_path = "/metrics";
  bool reload_failed = false;  // the configuration on disk is not the one that runs
  std::vector<RecentProbeRow> recent_probes{};  // on request, the newest first
};

// `here` is the address that the navigation marks as the present one; empty = none of them.
void BeginPage(const PageContext& context, std::string_view title, std::string_view here,
               Html* html);
void EndPage(Html* html);

}  // namespace exporter
