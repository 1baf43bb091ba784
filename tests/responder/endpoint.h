// Where packets come from and go to, as the simulated gateway sees them: an address in network
// order with its port, and the hashes used as keys. Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/responder/wire.h"

namespace responder {

struct Address {
  std::array<uint8_t, 16> octets{};
  uint8_t size = 4;  // 4 or 16

  View bytes() const { return {octets.data(), size}; }
  uint32_t v4() const { return Get32(bytes(), 0); }
  static Address V4(uint32_t host_order);

  friend auto operator<=>(const Address&, const Address&) = default;
};

struct Endpoint {
  Address address;
  uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

std::optional<Address> ParseAddress(std::string_view text);
std::string ToText(const Address& address);
std::string ToText(const Endpoint& endpoint);

// A 64-bit hash of bytes, good enough to tell messages apart and to draw answers from.
uint64_t HashBytes(View bytes, uint64_t seed);
uint64_t Mix(uint64_t value);

}  // namespace responder
