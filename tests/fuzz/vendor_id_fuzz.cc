#include <algorithm>

#include "probes/algorithms/vendor_ids.h"
#include "tests/fuzz/fuzz.h"

using ike::ByteSpan;
using ike::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan body(data, size);
  ike::IsNatTraversalVendorId(body);
  const auto match = ike::MatchVendorId(body);
  if (!match) return 0;
  Require(!match->name.empty(), "a match has a name");
  const auto all = ike::Implementations();
  Require(
      match->implementation.empty() || std::ranges::find(all, match->implementation) != all.end(),
      "implementations come from the fixed list");
  Require(match->version.size() <= 32, "versions are short");
  Require(std::ranges::all_of(match->version, [](char c) { return c >= 0x20 && c < 0x7f; }),
          "versions are printable");
  return 0;
}
