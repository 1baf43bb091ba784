// What a gateway chooses from an offer: pure selection over configured proposals, with the
// differences between known daemons as switches. Called by the daemons and tests; any thread.
#pragma once

#include <optional>
#include <vector>

#include "tests/responder/keywords.h"

namespace responder {

enum class UnknownTypes { kFailProposal, kIgnore };

struct RulesV2 {
  std::vector<AllowedV2> proposals;  // in the gateway's order; no cartesian product between them
  bool rfc9370 = false;              // knows additional key exchanges
  UnknownTypes unknown_types = UnknownTypes::kFailProposal;  // RFC 7296 section 3.3.6
  bool strict_aead = false;  // refuses AEAD offered with an integrity transform
  bool peer_proposal_order = false;
  bool peer_transform_order = false;
  bool prf_first = false;  // in the answer: libreswan names the PRF before the integrity
  bool unknown_attributes_ok = false;  // strongSwan ignores the attribute, the RFC the transform
};

struct ChosenV2 {
  Proposal answer;
  uint16_t group = 0;
};

// `intermediate`: the offer came with INTERMEDIATE_EXCHANGE_SUPPORTED (RFC 9370 section 2.1).
std::optional<ChosenV2> SelectV2(const RulesV2& rules, const std::vector<Proposal>& offer,
                                 bool intermediate);

// What becomes of an offer whose life is longer than the gateway's own, or another one. RFC 2409
// leaves it open; these are the choices of daemons in the field.
enum class LifeCheck {
  kObey,    // taken
  kClaim,   // taken; the shorter one is claimed later, in RESPONDER-LIFETIME
  kStrict,  // passed over, and so is an offer without any
  kExact    // taken only where it is its own
};

struct RulesV1 {
  std::vector<AllowedV1> proposals;
  std::vector<uint16_t> authentications;
  bool any_authentication = false;  // strongSwan's Main Mode echoes whatever is offered
  bool peer_order = false;          // libreswan
  LifeCheck life_check = LifeCheck::kObey;
  uint32_t life_seconds = 28800;
  bool missing_key_length_ok = true;  // AES without a length passes as AES-128
};

// The suite chosen, or null. Points into `offer`.
const Suite* SelectV1(const RulesV1& rules, const OfferV1& offer);

}  // namespace responder
