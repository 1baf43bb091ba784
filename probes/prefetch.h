// Prefetch: asks for memory before it is read, where many objects are about to be visited that lie
// all over it. Changes nothing; any address will do. Any thread.
#pragma once

#include <cstddef>

namespace ike {

inline void Prefetch(const void* address, size_t bytes) {
  constexpr size_t kCacheLine = 64;
  const char* at = static_cast<const char*>(address);
  for (size_t line = 0; line < bytes; line += kCacheLine) __builtin_prefetch(at + line);
}

}  // namespace ike
