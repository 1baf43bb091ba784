// The script of a simulated fleet: which gateways, where they listen, how each behaves. Read from
// TOML (script.toml's keys are listed in README.md). Called by main at start and on SIGHUP; errors
// are one text with file and line for each.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/responder/posture.h"

namespace responder {

// Addresses from first to last; one address for IPv6.
struct AddressRange {
  Address first, last;

  uint64_t size() const { return first.size == 4 ? uint64_t{last.v4()} - first.v4() + 1 : 1; }
};

struct ScriptedGateway {
  Posture posture;
  std::vector<AddressRange> ranges;
};

enum class Binding {
  kAuto,      // each address when they are few, else wildcard
  kEach,      // a socket for each address; an address without one gives port unreachable
  kWildcard,  // one socket for all of them
};

struct Listen {
  Binding binding = Binding::kAuto;
  std::vector<uint16_t> udp = {500}, udp_encap = {4500}, tcp, tcp_raw;
};

struct Script {
  Listen listen;
  uint64_t seed = 1;
  std::vector<ScriptedGateway> gateways;
};

tl::expected<Script, std::string> LoadScript(const std::string& path);
tl::expected<Script, std::string> ParseScript(const std::string& text, const std::string& name);

// "127.0.0.1", "127.1.0.1-127.1.3.255", "127.2.0.0/16", "::1"; nullopt for anything else.
std::optional<AddressRange> ParseRange(const std::string& text);

// "20ms", "1h30m", "0" as nanoseconds; nullopt for anything else.
std::optional<int64_t> ParseDuration(std::string_view text);

}  // namespace responder
