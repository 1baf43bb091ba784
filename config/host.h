// Hosts, addresses and networks as people write them: syntax only, nothing is resolved. Used by the
// loader, the command line, the HTTP side and the resolver. Pure functions (a named IPv6 zone is
// looked up among the machine's interfaces). Strict: what inet_aton would also take (octal, one big
// number, "127.1") is refused, since another layer could read it as a different address than the
// one that was checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "probes/base/ip_address.h"

namespace config {

// "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; no brackets, no port. A zone is looked up at every
// call: where there is no such interface, it is one that nothing can be sent to.
std::optional<ike::IpAddress> ParseIpAddress(std::string_view text);

// A DNS name of RFC 1123 form, underscores and a final dot allowed, at most 253 characters. Names
// whose last label is a number are refused, being mistyped IPv4 addresses, and so is what the
// system's resolver would read as an address ("0x7f000001").
bool IsDnsName(std::string_view text);

// A DNS name, or one in letters of any script that stands for one (config/idn.h).
bool IsHostName(std::string_view text);

bool IsHost(std::string_view text);  // an address or a host name

// A block of addresses. An IPv4 block may be written in its IPv6 form, "::ffff:192.0.2.0/120".
struct Network {
  ike::IpAddress address;  // host bits are zero
  uint8_t prefix_length = 0;

  bool Contains(const ike::IpAddress& candidate) const;
  friend bool operator==(const Network&, const Network&) = default;
};
// "192.0.2.0/24", "2001:db8::/32", or an address alone. Host bits that are set are a mistake.
std::optional<Network> ParseNetwork(std::string_view text);
bool HasHostBits(std::string_view text);  // it would be a network but for that mistake

struct HostPort {
  std::string host;  // without brackets
  std::optional<uint16_t> port;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};
// HOST of the command line and of /probe: "name", "address", "host:port", "[v6]", "[v6]:port", or
// bare IPv6. The error is a sentence for the person who wrote it.
tl::expected<HostPort, std::string> ParseHostPort(std::string_view text);

struct ListenAddress {
  std::string host;  // empty = every address
  uint16_t port = 0;
};
// "host:port", "[v6]:port", ":port"; port 0 lets the system choose one.
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

// As name servers know it, in lower case, without the final dot: what names are compared by.
std::string CanonicalName(std::string_view name);

}  // namespace config
