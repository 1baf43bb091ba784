// Numbers as the text format has them, byte for byte what prometheus-cpp's serializer prints: up to
// 16 significant digits ("%.16g"), "Nan", "+Inf", "-Inf". Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>

namespace exporter {

inline constexpr size_t kNumberBytes = 32;

// Writes `value` at `to`, which has room for kNumberBytes. Returns the end.
char* WriteNumber(double value, char* to);

void AppendNumber(double value, std::string* out);

}  // namespace exporter
