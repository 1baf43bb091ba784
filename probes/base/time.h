// The clock's types: every `now`, deadline and round-trip time. Only net/ reads the clock itself.
// Values.
#pragma once

#include <chrono>

namespace ike {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

}  // namespace ike
