// IpAddress and Endpoint: where a packet goes and comes from, as plain bytes in network order.
// Their text is read by config/host.h and written by exporter/net/address.h; these are what
// NAT_DETECTION hashes and what keys a half-open budget. Values, comparable, hashable; no I/O.
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

// ::ffff:a.b.c.d as a.b.c.d, everything else unchanged. The questions below look through it.
IpAddress Normalize(const IpAddress& address);

bool IsLoopback(const IpAddress& address);
bool IsLinkLocal(const IpAddress& address);
bool IsMulticast(const IpAddress& address);
bool IsUnspecified(const IpAddress& address);  // all of 0.0.0.0/8, and ::
bool IsBroadcast(const IpAddress& address);    // 255.255.255.255 only
bool IsUnicast(const IpAddress& address);      // none of the three above

// Whether the first `bits` bits of both are the same; addresses of one family.
bool SharePrefix(const IpAddress& a, const IpAddress& b, unsigned bits);

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
