// Endpoint to sockaddr and back, and the source address of a datagram. Used by the sockets of the
// simulated gateway; pure.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "tests/responder/endpoint.h"

namespace responder {

inline socklen_t WriteSocketAddress(const Endpoint& endpoint, sockaddr_storage& out) {
  if (endpoint.address.size == 4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr.s_addr = htonl(endpoint.address.v4());
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  std::memcpy(&v6.sin6_addr, endpoint.address.octets.data(), 16);
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

inline Endpoint ReadSocketAddress(const sockaddr_storage& in) {
  Endpoint endpoint;
  if (in.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &in, sizeof v4);
    endpoint.address = Address::V4(ntohl(v4.sin_addr.s_addr));
    endpoint.port = ntohs(v4.sin_port);
    return endpoint;
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, &in, sizeof v6);
  endpoint.address.size = 16;
  std::memcpy(endpoint.address.octets.data(), &v6.sin6_addr, 16);
  endpoint.port = ntohs(v6.sin6_port);
  return endpoint;
}

// Pins the source address of an outgoing datagram. REQUIRES: room in header.msg_control.
inline void PinSource(msghdr& header, const Address& from) {
  cmsghdr* c = static_cast<cmsghdr*>(header.msg_control);
  if (from.size == 4) {
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(from.v4());
    header.msg_controllen = CMSG_SPACE(sizeof info);
    *c = {CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
    return;
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, from.octets.data(), 16);
  header.msg_controllen = CMSG_SPACE(sizeof info);
  *c = {CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
  std::memcpy(CMSG_DATA(c), &info, sizeof info);
}

}  // namespace responder
