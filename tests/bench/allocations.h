// Counts what this thread takes from the heap; linking allocations.cc replaces operator new for the
// whole program. Any thread, each its own count.
#pragma once

#include <cstdint>

namespace bench {

// How often this thread has called operator new.
uint64_t Allocations();

}  // namespace bench
