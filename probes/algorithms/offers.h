// The proposal sets that openings are made of: what to offer first to an endpoint nobody knows
// (`broad`), to a modern one (`modern`), to the most common one (`compat`), the plainest opening
// when another met silence, and one that is refused by everybody. Called by config and by the
// liveness plan, once per setting: the results are shared. Pure functions, any thread.
#pragma once

#include <string_view>

#include "probes/algorithms/opening.h"

namespace ike {

// The IKE_SA_INIT and Main Mode openings of a proposal set. Every set fits a datagram of 1200
// bytes.
Ikev2Opening MakeIkev2Opening(ProposalSet set);
Ikev1Opening MakeIkev1MainOpening(ProposalSet set);

// The Aggressive Mode opening of a set: the set's suites, all of them with `group`, since it cannot
// be negotiated (RFC 2409 section 5). The identity is the caller's to fill in.
Ikev1Opening MakeIkev1AggressiveOpening(ProposalSet set, uint16_t group);

// One suite, no feature asked for, no vendor id: for hosts that a richer opening turns silent.
Ikev2Opening PlainestIkev2Opening();
Ikev1Opening PlainestIkev1Opening();

// Registered transforms that no implementation has, in well-formed payloads: the answer is
// NO_PROPOSAL_CHOSEN, which proves that a daemon is there and leaves no state behind.
Ikev2Opening RefusedIkev2Opening();
Ikev1Opening RefusedIkev1Opening();

// The same suites with XAUTH's authentication methods instead: libreswan is silent to an opening
// that finds no connection of its kind, and has one kind with XAUTH and one without.
Ikev1Opening WithXauth(Ikev1Opening opening);

}  // namespace ike
