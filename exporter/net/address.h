// Text and sockaddr forms of ike::IpAddress and ike::Endpoint. Called by the sockets, the HTTP side
// and the command line. Pure functions (a zone's name is asked of the system), any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "probes/base/ip_address.h"

namespace exporter::net {

enum class IpFamily : uint8_t { kAny, kIpv4, kIpv6 };

std::string ToString(const ike::IpAddress& address);  // "" for none
std::string ToString(const ike::Endpoint& endpoint);  // "192.0.2.1:500", "[2001:db8::1]:500"

// Writes only the bytes of the family's own sockaddr and returns their number, 0 for none.
socklen_t ToSockaddr(const ike::Endpoint& endpoint, sockaddr_storage* out);
ike::Endpoint FromSockaddr(const sockaddr_storage& storage);  // an empty address: not IP

}  // namespace exporter::net
