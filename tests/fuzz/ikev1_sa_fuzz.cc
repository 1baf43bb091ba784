#include "probes/wire/ikev1_sa.h"
#include "tests/fuzz/fuzz.h"

using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan body(data, size);
  const auto sa = wire::ParseIkev1Sa(body);
  const auto selection = wire::ParseIkev1Selection(body);
  Require(sa.has_value() == selection.has_value(), "both parsers agree on what is well-formed");
  if (!sa) return 0;
  size_t transforms = 0;
  for (const wire::Ikev1Proposal& proposal : sa->proposals)
    transforms += proposal.transforms.size();
  Require(sa->proposals.size() == selection->proposals, "proposals");
  Require(transforms == selection->transforms, "transforms");
  if (!selection->suite) return 0;
  Require(transforms == 1 && sa->proposals.size() == 1, "a choice is one transform");
  Require(selection->suite->encryption != 0 && selection->suite->group != 0, "a choice is whole");
  return 0;
}
