// Labels of a target: which names and values an operator may choose. Used by the target reader.
// Pure.
#pragma once

#include <string_view>

#include "config/value.h"
#include "probes/target.h"

namespace config {

// [a-zA-Z_][a-zA-Z0-9_]*
bool IsLabelName(std::string_view name);

// The labels of the contract's metrics, `job`, `instance`, `le` and what begins with `__`.
bool IsReservedLabel(std::string_view name);

// Sorted by name. False when something was refused (and reported).
bool ReadLabels(const Value& value, ike::Labels& labels);

}  // namespace config
