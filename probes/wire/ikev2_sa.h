// The IKEv2 Security Association payload (RFC 7296 section 3.3): proposals of transforms.
// Written by the IKE_SA_INIT dialogue and read from the responder's answer; the general parser
// serves tests, tools and messages that are not ours. Pure functions, any thread. Spans in the
// results live as long as the bytes parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"
#include "probes/wire/quirks.h"

namespace ike::wire {

struct Ikev2Transform {
  uint8_t type = 0;
  uint16_t id = 0;
  uint16_t key_length = 0;          // bits; 0 = no Key Length attribute
  bool unknown_attributes = false;  // RFC 7296 section 3.3.6: only this transform is to be ignored

  friend bool operator==(const Ikev2Transform&, const Ikev2Transform&) = default;
};

struct Ikev2Proposal {
  uint8_t number = 0;
  uint8_t protocol = 0;
  ByteSpan spi;
  std::vector<Ikev2Transform> transforms;
};

// What a responder chose, and what is irregular about how it says so.
struct Ikev2Selection : Ikev2Suite {
  uint16_t quirks = 0;  // bits of Quirk
};

// The body of an SA payload that offers `proposals` for an IKE SA, numbered from 1.
// REQUIRES: at most 255 proposals and 255 transforms in each.
void WriteIkev2Sa(std::span<const OfferedProposal> proposals, Writer* writer);

// Every proposal of an SA body.
std::optional<std::vector<Ikev2Proposal>> ParseIkev2Sa(ByteSpan body);

// A responder's choice: one proposal for an IKE SA with one transform of each type (RFC 7296
// section 3.3.6, RFC 9370 section 2.2.1), with ENCR, PRF and KE among them. Types that no IKE SA
// has, attributes that nobody offers and an SPI change nothing about it and are quirks; anything
// else is absent. NONE (INTEG, ADDKE) is 0 like a type that is missing. Does not allocate.
std::optional<Ikev2Selection> ParseIkev2Selection(ByteSpan body);

}  // namespace ike::wire
