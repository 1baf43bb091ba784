// Stateless cookies as strongSwan makes them (RFC 7296 section 2.6): 24 bytes, bound to the SPI,
// the nonce and the source address but not to the port, good for ten seconds. Pure; any thread.
#pragma once

#include <cstdint>

#include "tests/responder/endpoint.h"

namespace responder {

struct CookieSubject {
  uint64_t spi_i = 0;
  View nonce;
  Address source;
};

Bytes MakeCookie(uint64_t secret, const CookieSubject& subject, int64_t now);
bool IsCookieValid(uint64_t secret, const CookieSubject& subject, View cookie, int64_t now);

// SHA-1, for cookies and NAT detection.
void Sha1(View bytes, uint8_t* digest);

}  // namespace responder
