// Public values for the KE payload, fresh and valid in their group: daemons refuse random bytes
// with the same notify as a group that they do not know. The secret halves are thrown away at once,
// since no key is ever derived from them; so exponents are short and nothing here is constant-time.
// Called by whoever fills a KeyShares pool: one MODP-2048 value costs about half a
// millisecond, one of MODP-8192 several. Any thread; randomness is OpenSSL's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "probes/base/bytes.h"

namespace ike {

// Bytes of the initiator's and the responder's public value (RFC 7296 section 3.4 and the RFCs of
// the groups); they differ for ML-KEM only. 0 for a group that is unknown.
size_t KeyShareLength(uint16_t group);
size_t ResponderKeyShareLength(uint16_t group);

// A value of `group` as KE carries it; absent for a group that is unknown here.
std::optional<Bytes> GeneratePublicValue(uint16_t group);

// The groups that GeneratePublicValue knows, ascending.
std::span<const uint16_t> KeyShareGroups();

}  // namespace ike
