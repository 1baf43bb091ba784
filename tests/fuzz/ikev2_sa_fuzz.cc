#include <algorithm>

#include "probes/wire/ikev2_sa.h"
#include "tests/fuzz/fuzz.h"

using ike::Bytes;
using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

namespace {

// An offer of ours that parses is written as it was read, unless it has what we never write.
void RequireRoundTrip(const std::vector<wire::Ikev2Proposal>& proposals) {
  std::vector<ike::OfferedProposal> offers;
  for (const wire::Ikev2Proposal& proposal : proposals) {
    ike::OfferedProposal& offer = offers.emplace_back();
    for (const wire::Ikev2Transform& transform : proposal.transforms) {
      offer.transforms.push_back({transform.type, transform.id, transform.key_length});
    }
  }
  Bytes written;
  ike::Writer writer(&written);
  if (offers.size() > 255) return;
  wire::WriteIkev2Sa(offers, &writer);
  const auto again = wire::ParseIkev2Sa(written);
  Require(again && again->size() == proposals.size(), "written offers parse");
  for (size_t i = 0; i < proposals.size(); ++i) {
    Require(std::ranges::equal((*again)[i].transforms, proposals[i].transforms,
                               [](const auto& a, const auto& b) {
                                 return a.type == b.type && a.id == b.id &&
                                        a.key_length == b.key_length;
                               }),
            "offer round trip");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan body(data, size);
  const auto proposals = wire::ParseIkev2Sa(body);
  if (proposals) RequireRoundTrip(*proposals);
  const auto suite = wire::ParseIkev2Selection(body);
  if (!suite) return 0;
  Require(proposals && proposals->size() == 1, "a choice is one proposal");
  Require(suite->encryption != 0 && suite->prf != 0 && suite->group != 0, "a choice is whole");
  Require(suite->proposal_number == proposals->front().number, "the proposal's number");
  return 0;
}
