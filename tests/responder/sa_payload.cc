#include "tests/responder/sa_payload.h"

namespace responder {
namespace {

constexpr uint16_t kAttributeKeyLengthV2 = 14;  // RFC 7296 section 3.3.5
constexpr uint16_t kAttributeFixed = 0x8000;    // the AF bit: type and value, no length
constexpr uint8_t kMoreProposals = 2, kMoreTransforms = 3;

struct Attribute {
  uint16_t type = 0;
  uint16_t value = 0;  // of a fixed one, or the low 16 bits of a long one
  uint32_t wide = 0;   // of a long one the low 32 bits
  bool fixed = false;
};

// Takes one attribute off the front of `rest`; false when its length lies.
bool TakeAttribute(View& rest, Attribute& out) {
  if (rest.size() < 4) return false;
  uint16_t type = Get16(rest, 0);
  out.fixed = (type & kAttributeFixed) != 0;
  out.type = type & 0x7fff;
  out.value = Get16(rest, 2);
  size_t length = out.fixed ? 4 : 4u + out.value;
  if (length > rest.size()) return false;
  if (!out.fixed) out.value = length >= 6 ? Get16(rest, length - 2) : 0;
  out.wide = !out.fixed && length >= 8 ? Get32(rest, length - 4) : out.value;
  rest = rest.subspan(length);
  return true;
}

// Takes a substructure (proposal or transform) off the front of `rest`; `more` is the value of its
// first byte when another follows.
bool TakeSubstructure(View& rest, uint8_t more, View& out, bool& last) {
  if (rest.size() < 8) return false;
  size_t length = Get16(rest, 2);
  if (length < 8 || length > rest.size() || (rest[0] != 0 && rest[0] != more)) return false;
  last = rest[0] == 0;
  out = rest.first(length);
  rest = rest.subspan(length);
  return true;
}

std::optional<Transform> ReadTransformV2(View bytes) {
  Transform transform;
  transform.type = bytes[4];
  transform.id = Get16(bytes, 6);
  View rest = bytes.subspan(8);
  while (!rest.empty()) {
    Attribute attribute;
    if (!TakeAttribute(rest, attribute)) return std::nullopt;
    if (attribute.type == kAttributeKeyLengthV2 && attribute.fixed) {
      transform.key_length = attribute.value;
    } else {
      transform.unknown_attribute = true;
    }
  }
  return transform;
}

std::optional<Proposal> ReadProposalV2(View bytes) {
  Proposal proposal;
  proposal.number = bytes[4];
  proposal.protocol = bytes[5];
  size_t spi_size = bytes[6];
  if (bytes.size() < 8 + spi_size) return std::nullopt;
  proposal.spi.assign(bytes.begin() + 8, bytes.begin() + 8 + static_cast<ptrdiff_t>(spi_size));
  View rest = bytes.subspan(8 + spi_size);
  bool last = rest.empty();
  while (!last) {
    View one;
    if (!TakeSubstructure(rest, kMoreTransforms, one, last)) return std::nullopt;
    auto transform = ReadTransformV2(one);
    if (!transform) return std::nullopt;
    proposal.transforms.push_back(*transform);
  }
  if (!rest.empty() || proposal.transforms.size() != bytes[7]) return std::nullopt;
  return proposal;
}

// RFC 2409 appendix A attribute classes.
void SetSuiteAttribute(const Attribute& attribute, Suite& suite) {
  switch (attribute.type) {
    case 1:
      suite.encryption = attribute.value;
      return;
    case 2:
      suite.hash = attribute.value;
      return;
    case 3:
      suite.authentication = attribute.value;
      return;
    case 4:
      suite.group = attribute.value;
      return;
    case 11:
      return;  // life type: seconds
    case 12:
      suite.life_seconds = attribute.wide;
      return;
    case 14:
      suite.key_length = attribute.value;
      return;
    default:
      suite.unknown_attribute = true;
  }
}

std::optional<Suite> ReadSuite(View bytes) {
  Suite suite;
  suite.number = bytes[4];
  suite.transform_id = bytes[5];
  View rest = bytes.subspan(8);
  suite.attributes.assign(rest.begin(), rest.end());
  while (!rest.empty()) {
    Attribute attribute;
    if (!TakeAttribute(rest, attribute)) return std::nullopt;
    SetSuiteAttribute(attribute, suite);
  }
  return suite;
}

}  // namespace

std::optional<std::vector<Proposal>> ReadSaV2(View body) {
  std::vector<Proposal> proposals;
  bool last = false;
  while (!last) {
    View one;
    if (!TakeSubstructure(body, kMoreProposals, one, last)) return std::nullopt;
    auto proposal = ReadProposalV2(one);
    if (!proposal) return std::nullopt;
    proposals.push_back(std::move(*proposal));
  }
  if (!body.empty()) return std::nullopt;
  return proposals;
}

Bytes WriteSaV2(const Proposal& proposal) {
  Bytes out = {0,
               0,
               0,
               0,
               proposal.number,
               proposal.protocol,
               static_cast<uint8_t>(proposal.spi.size()),
               static_cast<uint8_t>(proposal.transforms.size())};
  PutAll(out, proposal.spi);
  for (size_t i = 0; i < proposal.transforms.size(); ++i) {
    const Transform& transform = proposal.transforms[i];
    out.push_back(i + 1 == proposal.transforms.size() ? 0 : kMoreTransforms);
    out.push_back(0);
    Put16(out, transform.key_length == 0 ? 8 : 12);
    out.insert(out.end(), {transform.type, 0});
    Put16(out, transform.id);
    if (transform.key_length == 0) continue;
    Put16(out, kAttributeFixed | kAttributeKeyLengthV2);
    Put16(out, transform.key_length);
  }
  Set16(out, 2, static_cast<uint32_t>(out.size()));
  return out;
}

std::optional<OfferV1> ReadSaV1(View body) {
  if (body.size() < 8) return std::nullopt;
  OfferV1 offer;
  offer.doi = Get32(body, 0);
  offer.situation = Get32(body, 4);
  View rest = body.subspan(8);
  View proposal;
  bool last = false;
  if (!TakeSubstructure(rest, kMoreProposals, proposal, last)) return std::nullopt;
  // Phase 1 offers exactly one proposal (RFC 2409 section 5).
  if (!last || !rest.empty()) return std::nullopt;
  size_t spi_size = proposal[6];
  if (proposal.size() < 8 + spi_size) return std::nullopt;
  offer.proposal_number = proposal[4];
  offer.spi.assign(proposal.begin() + 8, proposal.begin() + 8 + static_cast<ptrdiff_t>(spi_size));
  View transforms = proposal.subspan(8 + spi_size);
  last = transforms.empty();
  while (!last) {
    View one;
    if (!TakeSubstructure(transforms, kMoreTransforms, one, last)) return std::nullopt;
    auto suite = ReadSuite(one);
    if (!suite) return std::nullopt;
    offer.suites.push_back(std::move(*suite));
  }
  if (!transforms.empty() || offer.suites.size() != proposal[7]) return std::nullopt;
  return offer;
}

Bytes WriteSaV1(const OfferV1& offer, const Suite& chosen) {
  Bytes out;
  Put32(out, offer.doi);
  Put32(out, offer.situation);
  size_t transform_size = 8 + chosen.attributes.size();
  out.insert(out.end(), {0, 0});
  Put16(out, static_cast<uint32_t>(8 + transform_size));
  out.insert(out.end(), {offer.proposal_number, 1, 0, 1});
  out.insert(out.end(), {0, 0});
  Put16(out, static_cast<uint32_t>(transform_size));
  out.insert(out.end(), {chosen.number, chosen.transform_id, 0, 0});
  PutAll(out, chosen.attributes);
  return out;
}

}  // namespace responder
