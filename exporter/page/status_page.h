// The status page: what a person wants to see first when paged. Server-rendered HTML without any script
// or outside resource. Pure functions over the store; any thread.
#pragma once

#include <string>
#include <string_view>

#include "exporter/store.h"

namespace exporter {

// All targets, the worst first.
std::string StatusPage(const TargetTable& table, double now);

// One target: both versions, the last audit, the recent probes.
std::string TargetPage(const TargetEntry& entry, double now);

// What every page is served with: nothing from elsewhere, no script, no framing.
inline constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// Text as HTML.
std::string EscapeHtml(std::string_view text);

}  // namespace exporter
