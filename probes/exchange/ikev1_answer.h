// The answer to the first message of an IKEv1 phase 1, of Main or Aggressive Mode, taken apart
// before anybody judges what it means. Used by Ikev1Dialogue. Pure functions, any thread; spans
// live as long as the message. Malformed bytes are std::nullopt.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/algorithms/opening.h"
#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"
#include "probes/exchange/outcome.h"
#include "probes/wire/ike_header.h"

namespace ike {

// HASH and SIG are not looked at: with them, the nonces and the identity a pre-shared key could be
// guessed offline.
struct Ikev1Answer {
  std::optional<ByteSpan> sa;
  bool has_key_exchange = false;
  bool has_nonce = false;
  bool has_identity = false;
  std::optional<uint16_t> error;  // the first error notify
  uint16_t features = 0;          // bits of Feature
  uint16_t quirks = 0;            // bits of Quirk
};

std::optional<Ikev1Answer> ParseIkev1Answer(const wire::IkeHeader& header, ByteSpan body);

// The initiator's cookie as the SPI of the first notify has it (RFC 2408 section 3.14), in an
// Informational exchange in the clear; 0: there is none. SoftEther refuses under cookies of its
// own.
uint64_t CookieInNotify(ByteSpan message);

// Whether `suite` is one of the transforms offered (RFC 2409 section 5: returned unmodified), as
// the daemons see it: AES without a key length is AES-128, a life may be shortened, and strongSwan
// answers pre-shared key for authentication methods that it does not know. What the suite holds is
// the answer.
bool IsOffered(const Ikev1Suite& suite, const Ikev1Opening& opening);

}  // namespace ike
