// The Vendor ID payload's body, which is opaque bytes in both versions (RFC 2408 section 3.16, RFC
// 7296 section 3.12), and those that we send to IKEv1 daemons, because some reveal only what they
// were asked. What a body means, probes/algorithms/vendor_ids.h tells. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "probes/base/bytes.h"

namespace ike::wire {

// draft-ietf-ipsra-isakmp-xauth-06 section 3.1.
inline constexpr auto kVendorIdXauth =
    std::to_array<uint8_t>({0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12});

// RFC 3706 section 5.1, version 1.0.
inline constexpr auto kVendorIdDpd =
    std::to_array<uint8_t>({0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc,
                            0x77, 0x57, 0x01, 0x00});

// RFC 3947 section 3.1: MD5 of "RFC 3947".
inline constexpr auto kVendorIdNatT =
    std::to_array<uint8_t>({0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2,
                            0x0e, 0x95, 0x45, 0x2f});

// MD5 of "draft-ietf-ipsec-nat-t-ike-02\n", line feed included, as it is used in the field.
inline constexpr auto kVendorIdNatTDraft02 =
    std::to_array<uint8_t>({0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5,
                            0xec, 0x42, 0x7b, 0x1f});

// MD5 of "FRAGMENTATION" (no RFC), then the capability word for Main and Aggressive Mode.
inline constexpr auto kVendorIdFragmentation =
    std::to_array<uint8_t>({0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7,
                            0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0x80, 0x00, 0x00, 0x00});

// In the order in which an IKEv1 opening sends them.
inline constexpr std::array<std::span<const uint8_t>, 5> kIkev1OpeningVendorIds = {
    kVendorIdXauth, kVendorIdDpd, kVendorIdNatT, kVendorIdNatTDraft02, kVendorIdFragmentation};

}  // namespace ike::wire
