// IpAddress and Endpoint: where a packet goes and comes from, as plain bytes in network order.
// Text forms live in exporter/net/address.h; these are what NAT_DETECTION hashes and what keys a
// half-open budget. Values, comparable, hashable; no I/O.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>

namespace ike {

struct IpAddress {
  std::array<uint8_t, 16> octets{};
  uint8_t size = 0;       // 4, 16, or 0 for "none"
  uint32_t scope_id = 0;  // of a link-local IPv6 address, else 0

  bool is_v4() const { return size == 4; }
  bool is_v6() const { return size == 16; }
  bool empty() const { return size == 0; }
  std::span<const uint8_t> bytes() const { return {octets.data(), size}; }

  static IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return IpAddress{{a, b, c, d}, 4, 0};
  }

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace ike

template <>
struct std::hash<ike::IpAddress> {
  size_t operator()(const ike::IpAddress& address) const noexcept {
    uint64_t halves[2];
    std::memcpy(halves, address.octets.data(), sizeof halves);
    uint64_t mixed = (halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15u)) + address.size;
    mixed ^= mixed >> 32;
    mixed *= 0xd6e8feb86659fd93u;
    return static_cast<size_t>(mixed ^ (mixed >> 32));
  }
};
