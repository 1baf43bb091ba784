#include "probes/base/ip_address.h"

namespace ike {
namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

IpAddress Normalize(const IpAddress& address) {
  if (!address.is_v6()) return address;
  if (std::memcmp(address.octets.data(), kMappedPrefix, sizeof kMappedPrefix) != 0) return address;
  return IpAddress::V4(address.octets[12], address.octets[13], address.octets[14],
                       address.octets[15]);
}

bool IsLoopback(const IpAddress& address) {
  const IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 127;
  constexpr std::array<uint8_t, 16> kOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return plain.is_v6() && plain.octets == kOne;
}

bool IsLinkLocal(const IpAddress& address) {
  const IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 169 && plain.octets[1] == 254;
  return plain.is_v6() && plain.octets[0] == 0xfe && (plain.octets[1] & 0xc0) == 0x80;
}

bool IsMulticast(const IpAddress& address) {
  const IpAddress plain = Normalize(address);
  if (plain.is_v4()) return (plain.octets[0] & 0xf0) == 0xe0;
  return plain.is_v6() && plain.octets[0] == 0xff;
}

// RFC 1122 section 3.2.1.3: all of 0.0.0.0/8 is "this host on this network".
bool IsUnspecified(const IpAddress& address) {
  const IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 0;
  return plain.is_v6() && plain.octets == std::array<uint8_t, 16>{};
}

bool IsBroadcast(const IpAddress& address) {
  return Normalize(address) == IpAddress::V4(255, 255, 255, 255);
}

bool IsUnicast(const IpAddress& address) {
  return !IsMulticast(address) && !IsUnspecified(address) && !IsBroadcast(address);
}

bool SharePrefix(const IpAddress& a, const IpAddress& b, unsigned bits) {
  const size_t whole = bits / 8;
  if (std::memcmp(a.octets.data(), b.octets.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - bits % 8));
  return (a.octets[whole] & mask) == (b.octets[whole] & mask);
}

}  // namespace ike
