// The nonce payload's body, which is nothing but the nonce: its limits (RFC 2409 section 5, RFC
// 7296 section 3.9) and the length that we send. Used by the dialogues. Pure, any thread.
#pragma once

#include <cstddef>

#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"

namespace ike::wire {

// At least half the key size of every PRF up to HMAC-SHA2-512 (RFC 7296 section 2.10).
inline constexpr size_t kNonceSize = 32;
inline constexpr size_t kMaxNonceSize = 256;
inline constexpr size_t kMinIkev1NonceSize = 8;
inline constexpr size_t kMinIkev2NonceSize = 16;

inline bool IsValidNonce(IkeVersion version, ByteSpan body) {
  const size_t least = version == IkeVersion::kV1 ? kMinIkev1NonceSize : kMinIkev2NonceSize;
  return body.size() >= least && body.size() <= kMaxNonceSize;
}

}  // namespace ike::wire
