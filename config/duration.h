// Durations in Prometheus' notation ("500ms", "30s", "1h30m"; units y, w, d, h, m, s, ms, each at
// most once and in this order; "0" needs no unit). Used by the loader, the command line and logs.
// Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace config {

// nullopt: not a duration, or more than 64 bits of milliseconds hold.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// The shortest form that ParseDuration reads back; years, weeks and days only where they fit
// evenly. REQUIRES: duration >= 0.
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace config
