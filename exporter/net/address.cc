#include "exporter/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <new>

namespace exporter::net {

std::string ToString(const ike::IpAddress& address) {
  if (address.empty()) return "";
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.octets.data(), buffer, sizeof buffer);
  if (address.scope_id == 0) return buffer;
  char name[IF_NAMESIZE];
  const bool named = if_indextoname(address.scope_id, name) != nullptr;
  return std::string(buffer) + "%" + (named ? std::string(name) : std::to_string(address.scope_id));
}

std::string ToString(const ike::Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.is_v6();
  std::string text = is_v6 ? "[" : "";
  text += ToString(endpoint.address);
  text += is_v6 ? "]:" : ":";
  return text + std::to_string(endpoint.port);
}

socklen_t ToSockaddr(const ike::Endpoint& endpoint, sockaddr_storage* out) {
  if (endpoint.address.is_v4()) {
    auto* v4 = new (out) sockaddr_in{};
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, endpoint.address.octets.data(), 4);
    return sizeof *v4;
  }
  if (endpoint.address.empty()) return 0;
  auto* v6 = new (out) sockaddr_in6{};
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(endpoint.port);
  v6->sin6_scope_id = endpoint.address.scope_id;
  std::memcpy(&v6->sin6_addr, endpoint.address.octets.data(), 16);
  return sizeof *v6;
}

ike::Endpoint FromSockaddr(const sockaddr_storage& storage) {
  ike::Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    endpoint.address.size = 4;
    std::memcpy(endpoint.address.octets.data(), &v4.sin_addr, 4);
    endpoint.port = ntohs(v4.sin_port);
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    endpoint.address.size = 16;
    std::memcpy(endpoint.address.octets.data(), &v6.sin6_addr, 16);
    endpoint.address.scope_id = v6.sin6_scope_id;
    endpoint.port = ntohs(v6.sin6_port);
  }
  return endpoint;
}

}  // namespace exporter::net
