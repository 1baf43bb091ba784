// Public values of every key exchange method, by OpenSSL: the gateway's own, made once a group and
// kept (no secret is ever used), and the check of a peer's (RFC 6989 section 2, FIPS 203). Called
// at start and from the one event loop; not thread-safe.
#pragma once

#include <cstdint>
#include <map>

#include "tests/responder/wire.h"

namespace responder {

class PublicValues {
 public:
  // The responder's KE data of `group`; for ML-KEM a ciphertext. Empty for an unknown group.
  const Bytes& Of(uint16_t group);

 private:
  std::map<uint16_t, Bytes> made_;
};

// Bytes of the initiator's KE data; 0 for an unknown group.
size_t InitiatorLength(uint16_t group);

// True when `value` is a public value that a real daemon would compute with.
bool IsPublicValue(uint16_t group, View value);

}  // namespace responder
