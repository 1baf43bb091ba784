// The words of the configuration for enumerated settings, shared with the command line and the JSON
// API, and the rule that joins port and transport. Pure functions and constants.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "probes/algorithms/opening.h"
#include "probes/target.h"

namespace config {

inline constexpr std::string_view kRequireNames[] = {"any", "all"};
inline constexpr std::string_view kExchangeNames[] = {"main", "aggressive"};
inline constexpr std::string_view kIdTypeNames[] = {"ipv4", "fqdn", "user_fqdn", "key_id"};
inline constexpr std::string_view kBuiltinPolicies[] = {"ietf", "nist", "bsi", "cnsa2"};
inline constexpr std::string_view kLogLevels[] = {"debug", "info", "warn", "error"};
inline constexpr std::string_view kDefaultPolicy = "ietf";

std::optional<ike::Transport> ParseTransport(std::string_view name);
std::optional<ike::ProposalSet> ParseProposalSet(std::string_view name);
std::optional<ike::AddressFamily> ParseAddressFamily(std::string_view name);
std::optional<ike::Ikev1Mode> ParseExchange(std::string_view name);
std::optional<ike::IdType> ParseIdType(std::string_view name);

// [A-Za-z0-9][A-Za-z0-9._:-]{0,127}: names of targets, modules and policies.
bool IsName(std::string_view text);
inline constexpr std::string_view kNameForm =
    "1 to 128 letters, digits, '.', '_', ':' or '-', the first a letter or digit";

bool IsBuiltinPolicy(std::string_view name);

// What one table (or request, or command line) says of the endpoint.
struct EndpointChoice {
  std::optional<uint16_t> port;
  std::optional<ike::Transport> transport;
};
// Lays `choice` over `settings`. A transport without a port takes its own default port, unless the
// port inherited is neither 500 nor 4500; port 4500 without a transport turns "udp" into
// "udp-encap", since only messages with the non-ESP marker are IKE there (RFC 3948 section 2.2).
void ApplyEndpoint(const EndpointChoice& choice, ike::ProbeSettings& settings);

}  // namespace config
