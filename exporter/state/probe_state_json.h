// What probes have shown of one target as a state file keeps it: one row. Pure functions, any
// thread.
#pragma once

#include <optional>

#include "exporter/json/probe_json.h"
#include "exporter/targets/target_entry.h"

namespace exporter {

// Without the target's key, see KeyState (exporter/state/state_json.h).
Json ProbedPastState(const ProbedPast& past);
// Absent where anything is missing, of another type or out of range.
std::optional<ProbedPast> ReadProbedPast(const Json& row);

}  // namespace exporter
