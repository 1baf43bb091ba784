// Hosts as the configuration, the command line and the API read them. The rule behind it all:
// nothing may be called a name that the system's resolver would read as an address, since that was
// never checked.
#include <arpa/inet.h>

#include <cstdint>
#include <string>

#include "config/host.h"
#include "tests/fuzz/fuzz.h"

using ike::fuzz::Require;

namespace {

void CheckName(const std::string& text) {
  in_addr loose;
  Require(inet_aton(text.c_str(), &loose) == 0, "a name is no address");
  Require(!config::ParseIpAddress(text), "a name is no literal");
  Require(text.size() <= 254, "a bounded name");
  const std::string canonical = config::CanonicalName(text);
  Require(config::CanonicalName(canonical) == canonical, "one canonical form");
  Require(config::IsDnsName(canonical), "which is a name too");
}

void CheckNetwork(const std::string& text) {
  const auto network = config::ParseNetwork(text);
  if (!network) return;
  Require(!config::HasHostBits(text), "host bits are a mistake");
  Require(network->prefix_length <= network->address.size * 8, "prefix length");
  Require(network->Contains(network->address), "its first address");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  if (config::IsDnsName(text)) CheckName(text);
  CheckNetwork(text);
  if (const auto listen = config::ParseListenAddress(text)) {
    Require(listen->host.empty() || config::IsHost(listen->host), "what is listened on");
  }
  return 0;
}
