#include <arpa/inet.h>

#include <cstdint>
#include <string>

#include "exporter/net/address.h"
#include "tests/fuzz/fuzz.h"

using ike::fuzz::Require;
namespace net = exporter::net;

// What HTTP clients and operators write for a host. The rule behind it all: nothing may be called
// a name that the system's resolver would read as an address, since that was never checked.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  if (const auto address = net::ParseIp(text)) {
    Require(net::ParseIp(net::ToString(*address)) == address, "address round trip");
    Require(!net::IsHostName(text), "an address is no name");
    sockaddr_storage storage{};
    net::ToSockaddr({*address, 500}, &storage);
    Require(net::FromSockaddr(storage).address == *address, "sockaddr round trip");
    if (const auto block = net::Cidr::Parse(text)) {
      Require(block->Contains(*address), "an address is in its own block");
    }
  }
  in_addr loose;
  if (net::IsHostName(text)) Require(inet_aton(text.c_str(), &loose) == 0, "a name is no address");
  if (const auto parsed = net::ParseHostPort(text)) {
    Require(net::ParseIp(parsed->host) || net::IsHostName(parsed->host), "host");
    Require(parsed->port != 0, "port");
  }
  net::Cidr::Parse(text);
  return 0;
}
