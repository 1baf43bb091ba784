#include "config/names.h"

#include <algorithm>
#include <span>

namespace config {
namespace {

constexpr uint16_t kIkePort = 500;
constexpr uint16_t kNatTraversalPort = 4500;

std::optional<size_t> IndexOf(std::span<const std::string_view> names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

template <typename Enum>
std::optional<Enum> ByIndex(std::span<const std::string_view> names, std::string_view name) {
  const auto index = IndexOf(names, name);
  if (!index) return std::nullopt;
  return static_cast<Enum>(*index);
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::optional<ike::Transport> ParseTransport(std::string_view name) {
  return ByIndex<ike::Transport>(ike::kTransportNames, name);
}

std::optional<ike::ProposalSet> ParseProposalSet(std::string_view name) {
  return ByIndex<ike::ProposalSet>(ike::kProposalSetNames, name);
}

std::optional<ike::AddressFamily> ParseAddressFamily(std::string_view name) {
  return ByIndex<ike::AddressFamily>(ike::kAddressFamilyNames, name);
}

std::optional<ike::Ikev1Mode> ParseExchange(std::string_view name) {
  constexpr ike::Ikev1Mode kModes[] = {ike::Ikev1Mode::kMain, ike::Ikev1Mode::kAggressive};
  const auto index = IndexOf(kExchangeNames, name);
  if (!index) return std::nullopt;
  return kModes[*index];
}

std::optional<ike::IdType> ParseIdType(std::string_view name) {
  constexpr ike::IdType kTypes[] = {ike::IdType::kIpv4, ike::IdType::kFqdn, ike::IdType::kUserFqdn,
                                    ike::IdType::kKeyId};
  const auto index = IndexOf(kIdTypeNames, name);
  if (!index) return std::nullopt;
  return kTypes[*index];
}

bool IsName(std::string_view text) {
  constexpr size_t kMaxLength = 128;
  constexpr std::string_view kPunctuation = "._:-";
  if (text.empty() || text.size() > kMaxLength || !IsAlphanumeric(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsAlphanumeric(c) || kPunctuation.find(c) != std::string_view::npos;
  });
}

bool IsBuiltinPolicy(std::string_view name) { return IndexOf(kBuiltinPolicies, name).has_value(); }

void ApplyEndpoint(const EndpointChoice& choice, ike::ProbeSettings& settings) {
  const bool usual_port = settings.port == kIkePort || settings.port == kNatTraversalPort;
  if (choice.transport) {
    settings.transport = *choice.transport;
    if (usual_port) settings.port = ike::DefaultPort(settings.transport);
  }
  if (!choice.port) return;
  settings.port = *choice.port;
  const bool encapsulate = !choice.transport && settings.transport == ike::Transport::kUdp &&
                           settings.port == kNatTraversalPort;
  if (encapsulate) settings.transport = ike::Transport::kUdpEncap;
}

}  // namespace config
