// Numbers as the text format has them: the shortest decimals that read back as the same value, so
// that a bound of 0.009 is shown as such; "Nan", "+Inf", "-Inf". Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "probes/base/time.h"

namespace exporter {

inline constexpr size_t kNumberBytes = 32;

// Writes `value` at `to`, which has room for kNumberBytes. Returns the end.
char* WriteNumber(double value, char* to);

void AppendNumber(double value, std::string* out);

// 16 hex digits.
std::string SpiHex(uint64_t spi);
// A duration in ms with microsecond resolution.
double Milliseconds(ike::Duration duration);

}  // namespace exporter
