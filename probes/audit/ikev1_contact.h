// The openings by which the IKEv1 audit looks for anything that is answered, in the order of what
// is likely. The first ones are asked of every endpoint; the rest, which cover other lives, the
// groups of Aggressive Mode and every registered cipher, hash and group, only where the other
// version is silent too: "no answer" is said after all of them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "probes/audit/ikev1_methods.h"

namespace ike::audit {

struct Ikev1Contact {
  enum class Kind : uint8_t {
    kRich,        // likely suites and vendor ids
    kPlainest,    // the suites of PlainestIkev1Opening
    kAggressive,  // of one group
    kRare,        // Main Mode: suites with a rare value beside likely ones, a part of them
  };
  Kind kind = Kind::kRich;
  Methods methods;
  uint32_t life_seconds = 0;
  uint16_t group = 0;
  size_t part = 0;
};

// Contacts before the rest: with plain methods, with XAUTH's, the plainest one, and both kinds of
// methods in Aggressive Mode.
inline constexpr size_t kPlainestContact = 2;
inline constexpr size_t kUsualContacts = 5;

// Groups of Aggressive Mode, the likeliest first: it cannot be negotiated (RFC 2409 section 5).
inline constexpr uint16_t kAggressiveGroups[] = {2, 14, 5, 19, 20, 15, 16, 21};

size_t CountContacts(size_t rare_parts);
Ikev1Contact ContactAt(size_t index, size_t rare_parts);

}  // namespace ike::audit
