#include <cstdint>
#include <string>

#include "config/host.h"
#include "exporter/net/address.h"
#include "tests/fuzz/fuzz.h"

using ike::fuzz::Require;
namespace net = exporter::net;

// What HTTP clients and operators write for a host, and the same address as the sockets write it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  if (const auto address = config::ParseIpAddress(text)) {
    Require(config::ParseIpAddress(net::ToString(*address)) == address, "address round trip");
    Require(!config::IsDnsName(text), "an address is no name");
    sockaddr_storage storage{};
    net::ToSockaddr({*address, 500}, &storage);
    Require(net::FromSockaddr(storage).address == *address, "sockaddr round trip");
  }
  if (const auto parsed = config::ParseHostPort(text)) {
    Require(config::IsHost(parsed->host), "host");
    Require(parsed->port != 0, "port");
  }
  return 0;
}
