// The hashes of IKEv1 phase 1: the negotiated hash and its HMAC, HASH_R of Aggressive Mode, NAT-D.
// Called by DaemonV1; pure, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "tests/responder/endpoint.h"

namespace responder {

struct HashSubject {
  uint16_t hash = 2;  // RFC 2409 appendix A
  uint64_t spi_i = 0, spi_r = 0;
  View nonce_i, nonce_r, ke_i, ke_r;
  View sa_i;  // the initiator's SA body
  View id_r;  // the responder's ID body
};

// RFC 2409 section 5, with a pre-shared key.
Bytes HashR(const HashSubject& subject, const std::string& psk);

// RFC 3947 section 3.2: one end of the connection.
Bytes NatDetectionV1(const HashSubject& subject, const Endpoint& end);

}  // namespace responder
