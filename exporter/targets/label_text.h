// Labels as the Prometheus text format writes them. Called by the store, once for each target, and
// by the writers of the page. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "probes/target.h"

namespace exporter {

// Writes `value` escaped at `to`, which has room for twice its size. Returns the end.
char* EscapeLabelValue(std::string_view value, char* to);

// Appends `name="value"`, the value escaped (backslash, double quote, line feed).
void AppendLabel(std::string_view name, std::string_view value, std::string* out);

// `target="NAME"` and the target's own labels, comma separated.
std::string TargetLabelText(const ike::Target& target);

}  // namespace exporter
