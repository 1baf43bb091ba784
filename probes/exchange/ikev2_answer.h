// An IKE_SA_INIT response taken apart, before anybody judges what it means. Used by Ikev2Init. Pure
// functions, any thread; spans live as long as the message. Malformed bytes are std::nullopt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/algorithms/opening.h"
#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"
#include "probes/exchange/outcome.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/nat_detection.h"

namespace ike {

// The values of NAT_DETECTION_SOURCE_IP or NAT_DETECTION_DESTINATION_IP. Several sources are
// allowed (RFC 7296 section 2.23); more than these are passed over.
struct NatHashes {
  std::array<ByteSpan, 8> values;
  size_t count = 0;
};

struct Ikev2Answer {
  std::optional<ByteSpan> sa;
  std::optional<wire::Ikev2KeyExchange> key_exchange;
  std::optional<ByteSpan> nonce;
  ByteSpan cookie;                           // empty = no COOKIE
  std::optional<uint16_t> invalid_ke_group;  // what INVALID_KE_PAYLOAD asks for
  std::optional<ByteSpan> redirect;          // REDIRECT's data
  std::optional<uint16_t> error;             // the first error notify, INVALID_KE_PAYLOAD included
  uint16_t features = 0;                     // bits of Feature
  uint16_t quirks = 0;                       // bits of Quirk
  NatHashes nat_source;
  NatHashes nat_destination;
};

// The payloads of a response. Unknown payloads are skipped, critical ones too: the exchange ends
// here, so that nothing can depend on what they would have demanded (RFC 7296 section 2.5).
std::optional<Ikev2Answer> ParseIkev2Answer(const wire::IkeHeader& header, ByteSpan body);

// Whether `choice` was part of a proposal: what is chosen must be a subset of what was offered (RFC
// 7296 section 2.7). INTEG may be missing beside an AEAD cipher, and an additional key exchange
// where NONE was offered (RFC 9370 section 2.2.2). A proposal number that is not that of such a
// proposal, and the key length of a cipher that has only one, are put right and are quirks.
bool IsOffered(const Ikev2Opening& opening, wire::Ikev2Selection* choice);

// What the hashes say of one end of the path: any that matches means that no NAT changed its
// address.
NatState CompareNatHashes(const NatHashes& hashes, const wire::NatDetectionInput& expected);

}  // namespace ike
