// An IKE_SA_INIT response taken apart, before anybody judges what it means. Used by Ikev2Init. Pure
// functions, any thread; spans live as long as the message. Malformed bytes are std::nullopt.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/bytes.h"
#include "probes/ip_address.h"
#include "probes/opening.h"
#include "probes/outcome.h"
#include "probes/suite.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ke.h"

namespace ike {

struct Ikev2Answer {
  std::optional<ByteSpan> sa;
  std::optional<wire::Ikev2KeyExchange> key_exchange;
  std::optional<ByteSpan> nonce;
  ByteSpan cookie;                           // empty = no COOKIE
  std::optional<uint16_t> invalid_ke_group;  // what INVALID_KE_PAYLOAD asks for
  std::optional<uint16_t> error;             // the first error notify, INVALID_KE_PAYLOAD included
  uint16_t features = 0;                     // bits of Feature
};

// The payloads of a response. Unknown payloads are skipped, critical ones too: the exchange ends
// here, so that nothing can depend on what they would have demanded (RFC 7296 section 2.5).
std::optional<Ikev2Answer> ParseIkev2Answer(const wire::IkeHeader& header, ByteSpan body);

// Whether `suite` was part of the proposal whose number it has: what is chosen must be a subset of
// what was offered (RFC 7296 section 2.7). INTEG may be missing beside an AEAD cipher, and an
// additional key exchange where NONE was offered (RFC 9370 section 2.2.2).
bool IsOffered(const Ikev2Suite& suite, const Ikev2Opening& opening);

// What the notifies of `type`, one of NAT_DETECTION_*_IP, say of `endpoint` (RFC 7296
// section 2.23): any that matches means that no NAT changed it.
NatState CompareNatDetection(const wire::IkeHeader& header, ByteSpan body, uint16_t type,
                             const Endpoint& endpoint);

}  // namespace ike
