// The IKEv1 Security Association payload of phase 1 (RFC 2408 sections 3.3 to 3.6, RFC 2409
// appendix A): one proposal whose transforms are whole suites. Written by the Main and Aggressive
// Mode dialogues and read from the responder's answer. Pure functions, any thread. Spans in the
// results live as long as the bytes parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"

namespace ike::wire {

struct Ikev1Attribute {
  uint16_t type = 0;      // without the format bit
  bool is_basic = false;  // TV: `value` stood in the attribute itself
  uint32_t value = 0;     // of a TV, or of a TLV of at most 4 bytes, else 0
  ByteSpan bytes;         // the value as sent
};

struct Ikev1SaTransform {
  uint8_t number = 0;
  uint8_t id = 0;  // 1 = KEY_IKE
  std::vector<Ikev1Attribute> attributes;
};

struct Ikev1Proposal {
  uint8_t number = 0;
  uint8_t protocol = 0;
  ByteSpan spi;
  std::vector<Ikev1SaTransform> transforms;
};

struct Ikev1Sa {
  uint32_t doi = 0;
  uint32_t situation = 0;
  std::vector<Ikev1Proposal> proposals;
};

// A responder's answer: how much it holds and, when it holds exactly one transform, which.
struct Ikev1Selection {
  uint32_t proposals = 0;
  uint32_t transforms = 0;  // in all proposals
  uint8_t number = 0;       // of the last proposal
  std::optional<Ikev1Suite> suite;
};

// The body of an SA payload that offers `transforms` in one proposal, numbered from 1.
// REQUIRES: at most 255 transforms.
void WriteIkev1Sa(std::span<const Ikev1Transform> transforms, Writer* writer);

// Every proposal of an SA body of the IPsec DOI.
std::optional<Ikev1Sa> ParseIkev1Sa(ByteSpan body);

// The same without allocating. `suite` is set where one proposal of PROTO_ISAKMP holds one KEY_IKE
// transform (RFC 2408 section 4.2) that names at least encryption, hash, authentication and group
// (RFC 2409 section 4), each attribute once.
std::optional<Ikev1Selection> ParseIkev1Selection(ByteSpan body);

}  // namespace ike::wire
