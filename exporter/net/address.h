// Text and sockaddr forms of ike::IpAddress and ike::Endpoint, and what kind of address one is.
// Called by config/, the HTTP API's permission check and the sockets. Pure functions, any thread.
// Parsing is strict: what inet_aton would also take (octal, one big number, "127.1") is refused,
// since another layer could read it as a different address than the one that was checked.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "probes/ip_address.h"

namespace exporter::net {

enum class IpFamily : uint8_t { kAny, kIpv4, kIpv6 };

// An IPv4 or IPv6 literal; IPv6 may carry %zone (an interface name or index), no brackets.
std::optional<ike::IpAddress> ParseIp(std::string_view text);

std::string ToString(const ike::IpAddress& address);  // "" for none
std::string ToString(const ike::Endpoint& endpoint);  // "192.0.2.1:500", "[2001:db8::1]:500"

// Writes only the bytes of the family's own sockaddr and returns their number, 0 for none.
socklen_t ToSockaddr(const ike::Endpoint& endpoint, sockaddr_storage* out);
ike::Endpoint FromSockaddr(const sockaddr_storage& storage);  // an empty address: not IP

struct HostPort {
  std::string host;  // a name or a literal, without brackets
  std::optional<uint16_t> port;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// "name", "address", "host:port", "[v6]", "[v6]:port", or bare IPv6. The host is checked to be a
// literal or a possible name; the error is a sentence for the person who wrote it.
tl::expected<HostPort, std::string> ParseHostPort(std::string_view text);

// RFC 1123 section 2.1 characters and the underscore that people use anyway; at most 253 bytes,
// labels of 1 to 63, one trailing dot allowed. A numeric last label ("1.2.3", "2130706433",
// "0x7f.1") is no name: resolvers take it for an address.
bool IsHostName(std::string_view text);

// ::ffff:a.b.c.d as a.b.c.d, everything else unchanged. The predicates and Cidr apply it first.
ike::IpAddress Normalize(const ike::IpAddress& address);

bool IsLoopback(const ike::IpAddress& address);
bool IsLinkLocal(const ike::IpAddress& address);
bool IsMulticast(const ike::IpAddress& address);
bool IsUnspecified(const ike::IpAddress& address);  // all of 0.0.0.0/8, and ::
bool IsBroadcast(const ike::IpAddress& address);    // 255.255.255.255 only
bool IsUnicast(const ike::IpAddress& address);      // none of the three above

// A block of addresses: "192.0.2.0/24", "2001:db8::/32", or one address.
class Cidr {
 public:
  static std::optional<Cidr> Parse(std::string_view text);  // host bits must be zero
  bool Contains(const ike::IpAddress& address) const;

 private:
  ike::IpAddress network_;
  unsigned prefix_length_ = 0;
};

}  // namespace exporter::net
