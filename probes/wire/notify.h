// The Notify payload's body of both versions: RFC 2408 section 3.14 and RFC 7296 section 3.10.
// Written and read by the dialogues. Pure functions, any thread; spans live as long as the body.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"

namespace ike::wire {

struct Ikev1Notify {
  uint32_t doi = 0;
  uint8_t protocol = 0;
  uint16_t type = 0;
  ByteSpan spi;  // in phase 1 the two cookies, one, or nothing
  ByteSpan data;
};

struct Ikev2Notify {
  uint8_t protocol = 0;
  uint16_t type = 0;
  ByteSpan spi;
  ByteSpan data;

  bool is_error() const;
};

void WriteIkev1Notify(const Ikev1Notify& notify, Writer* writer);
std::optional<Ikev1Notify> ParseIkev1Notify(ByteSpan body);

void WriteIkev2Notify(const Ikev2Notify& notify, Writer* writer);
std::optional<Ikev2Notify> ParseIkev2Notify(ByteSpan body);

// The group that INVALID_KE_PAYLOAD asks for (RFC 7296 section 1.2); absent unless it is 2 bytes.
std::optional<uint16_t> ParseInvalidKeGroup(const Ikev2Notify& notify);

// Whether COOKIE holds 1 to 64 bytes (RFC 7296 section 2.6).
bool IsValidCookie(const Ikev2Notify& notify);

}  // namespace ike::wire
