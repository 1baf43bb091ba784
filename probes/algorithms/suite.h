// Suite: the combination of algorithms that an endpoint chose, one struct per IKE version.
// Numbers are IANA's (probes/algorithms/registry.h has their names); 0 means "none". Values.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace ike {

enum class IkeVersion : uint8_t { kV1 = 1, kV2 = 2 };

// Additional key exchanges are transform types 6 to 12 (RFC 9370 section 2.2).
inline constexpr size_t kAdditionalKeyExchangeSlots = 7;

struct Ikev2Suite {
  uint16_t encryption = 0;
  uint16_t key_length = 0;  // bits; 0 where the cipher has a fixed length
  uint16_t integrity = 0;   // 0 with an AEAD cipher
  uint16_t prf = 0;
  uint16_t group = 0;
  std::array<uint16_t, kAdditionalKeyExchangeSlots> additional_ke{};
  uint8_t proposal_number = 0;

  friend auto operator<=>(const Ikev2Suite&, const Ikev2Suite&) = default;
};

struct Ikev1Suite {
  uint16_t encryption = 0;
  uint16_t key_length = 0;  // bits; 0 where the answer named none
  uint16_t hash = 0;
  uint16_t authentication = 0;
  uint16_t group = 0;
  uint32_t life_seconds = 0;  // 0 where the answer named none

  friend auto operator<=>(const Ikev1Suite&, const Ikev1Suite&) = default;
};

}  // namespace ike
