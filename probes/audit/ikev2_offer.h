// Turns what is to be asked into IKE_SA_INIT openings, each of which fits one datagram. AEAD
// ciphers and others go in proposals of their own (RFC 7296 section 3.3). Called by the IKEv2
// audit. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/audit/ikev2_space.h"

namespace ike::audit {

// Combinations to be offered: any of the values of each axis. An axis without values makes it
// empty, except the slots that are not offered and the integrity axis of AEAD ciphers.
struct Combinations {
  Selection values;
  size_t slots = 0;  // additional key exchanges offered: the first so many
};

struct OfferFrame {
  uint16_t ke_group = 0;  // of the KE payload
  bool append_group =
      true;  // offer ke_group besides the values (RFC 7296 section 3.4 wants it there)
  bool ask_features = false;
  size_t max_message_bytes = 0;
};

using Proposals = std::vector<OfferedProposal>;

// The size of an IKE_SA_INIT with these, a COOKIE included.
size_t MessageBytes(const Proposals& proposals, uint16_t ke_group, bool ask_features);

// `proposals` with no group but this one; those that do not offer it are left out.
Proposals WithOnlyGroup(const Proposals& proposals, uint16_t group);

bool OffersGroup(const Proposals& proposals, uint16_t group);

// The messages, in order; together they offer exactly `wanted`. None if that is nothing.
std::vector<Proposals> BuildOffers(const Ikev2Space& space, const std::vector<Combinations>& wanted,
                                   const OfferFrame& frame);

}  // namespace ike::audit
