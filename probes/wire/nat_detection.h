// The hashes by which two ends find out that a NAT is between them: NAT_DETECTION_*_IP of IKEv2
// (RFC 7296 section 2.23) and NAT-D of IKEv1 (RFC 3947 section 3.2). Used by the dialogues to send
// them and to compare what comes back. Pure functions, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"
#include "probes/base/ip_address.h"

namespace ike::wire {

inline constexpr size_t kNatDetectionSize = 20;  // always SHA-1
using NatDetectionHash = std::array<uint8_t, kNatDetectionSize>;

// Of one end of the path, with the SPIs as they stand in the message's header. Outlived by
// `endpoint`: a copy that is read at once, as a hash does, has to be waited for.
struct NatDetectionInput {
  uint64_t initiator_spi = 0;
  uint64_t responder_spi = 0;
  const Endpoint& endpoint;
};

NatDetectionHash HashNatDetection(const NatDetectionInput& input);

// The same with the hash that phase 1 negotiated (a value of v1::attribute::kHash); absent for a
// hash that we cannot compute.
std::optional<Bytes> HashIkev1NatD(uint16_t hash, const NatDetectionInput& input);

}  // namespace ike::wire
