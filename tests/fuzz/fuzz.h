// What the fuzzers share: an invariant that ends the run when it is broken, under libFuzzer as
// under the replay of a corpus.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace ike::fuzz {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", what);
  std::abort();
}

}  // namespace ike::fuzz
