// Prefetch: asks for memory before it is read, where many objects are about to be visited that lie
// all over it. Changes nothing; any address will do. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ike {

inline void Prefetch(const void* address, size_t bytes) {
  constexpr uintptr_t kCacheLine = 64;
  // As numbers: pointers may not leave their object, or null.
  const auto begin = reinterpret_cast<uintptr_t>(address);
  for (uintptr_t line = begin & ~(kCacheLine - 1); line < begin + bytes; line += kCacheLine) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): nothing is read there
    __builtin_prefetch(reinterpret_cast<const void*>(line));
  }
}

}  // namespace ike
