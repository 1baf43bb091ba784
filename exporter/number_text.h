// Numbers as the text format has them: the shortest decimals that read back as the same value, so
// that a bound of 0.009 is shown as such; "Nan", "+Inf", "-Inf". Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>

namespace exporter {

inline constexpr size_t kNumberBytes = 32;

// Writes `value` at `to`, which has room for kNumberBytes. Returns the end.
char* WriteNumber(double value, char* to);

void AppendNumber(double value, std::string* out);

}  // namespace exporter
