// How places of a kind are shared out, so that no client takes them all. Pure.
#pragma once

#include <cstddef>

namespace exporter {

// Whether a client that has `own` of the `taken` places may have one more. The last eighth is for
// clients that have fewer than that.
constexpr bool MayTake(size_t taken, size_t own, size_t limit) {
  const size_t kept = limit / 8;
  if (taken >= limit) return false;
  return taken < limit - kept || own < kept || kept == 0;
}

}  // namespace exporter
