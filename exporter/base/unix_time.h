// UnixNow: the wall clock, for what is shown or kept over restarts; never for what is waited for.
// Any thread.
#pragma once

#include <chrono>

namespace exporter {

// In seconds.
inline double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace exporter
