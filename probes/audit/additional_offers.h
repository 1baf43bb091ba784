// What the IKEv2 audit offers to learn whether additional key exchanges (RFC 9370) are required,
// and in which slots. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "probes/audit/ikev2_offer.h"
#include "probes/audit/ikev2_space.h"

namespace ike::audit {

// NONE is the first candidate of a slot.
inline constexpr size_t kNoneOfSlot = 0;

// The first so many slots, of which the last is required.
Combinations StrictSlots(const Selection& values, size_t slots);

// One, two and three slots that are required; `plain_matched`: something is acceptable without any.
std::vector<Combinations> StrictOffers(const Ikev2Space& space, bool plain_matched);

std::vector<Combinations> OtherSlots(const Ikev2Space& space);

}  // namespace ike::audit
