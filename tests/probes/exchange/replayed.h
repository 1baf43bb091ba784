// Recorded requests as openings of ours, so that recorded answers can be given to the real
// dialogues. For tests; pure functions.
#pragma once

#include <optional>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "tests/probes/exchange/exchange_fixture.h"
#include "tests/support/recorded.h"

namespace ike::test {

inline std::optional<ByteSpan> Find(ByteSpan message, uint8_t type) {
  const auto header = wire::ParseIkeHeader(message);
  const auto body = wire::MessageBody(*header, message);
  wire::PayloadCursor cursor(header->next_payload, body.value_or(ByteSpan{}));
  while (const auto payload = cursor.Next()) {
    if (payload->type == type) return payload->body;
  }
  return std::nullopt;
}

inline std::optional<Opening> Ikev2OpeningOf(ByteSpan request) {
  Ikev2Opening opening;
  opening.follow_invalid_ke = false;
  const auto sa = Find(request, wire::v2::payload::kSa);
  const auto ke = Find(request, wire::v2::payload::kKe);
  const auto proposals = sa ? wire::ParseIkev2Sa(*sa) : std::nullopt;
  if (!proposals || !ke) return std::nullopt;
  for (const wire::Ikev2Proposal& proposal : *proposals) {
    OfferedProposal& offered = opening.proposals.emplace_back();
    for (const wire::Ikev2Transform& t : proposal.transforms) {
      offered.transforms.push_back({t.type, t.id, t.key_length});
    }
  }
  opening.ke_group = Reader(*ke).U16();
  return opening;
}

inline std::optional<Opening> Ikev1OpeningOf(const wire::IkeHeader& header, ByteSpan request) {
  Ikev1Opening opening;
  opening.mode = static_cast<Ikev1Mode>(header.exchange_type);
  const auto body = Find(request, wire::v1::payload::kSa);
  const auto sa = body ? wire::ParseIkev1Sa(*body) : std::nullopt;
  if (!sa) return std::nullopt;
  for (const wire::Ikev1SaTransform& transform : sa->proposals[0].transforms) {
    Ikev1Transform& offered = opening.transforms.emplace_back();
    for (const wire::Ikev1Attribute& attribute : transform.attributes) {
      const auto value = static_cast<uint16_t>(attribute.value);
      if (attribute.type == wire::v1::attribute::kEncryption) offered.encryption = value;
      if (attribute.type == wire::v1::attribute::kHash) offered.hash = value;
      if (attribute.type == wire::v1::attribute::kAuthentication) offered.authentication = value;
      if (attribute.type == wire::v1::attribute::kGroup) offered.group = value;
      if (attribute.type == wire::v1::attribute::kKeyLength) offered.key_length = value;
    }
  }
  if (opening.mode == Ikev1Mode::kAggressive) opening.group = opening.transforms[0].group;
  return opening;
}

// The opening of ours that says the same as a recorded request; absent where none does.
inline std::optional<Opening> OpeningOf(ByteSpan request) {
  const auto header = wire::ParseIkeHeader(request);
  if (!header) return std::nullopt;
  if (header->major_version() == 1) return Ikev1OpeningOf(*header, request);
  return Ikev2OpeningOf(request);
}

}  // namespace ike::test
