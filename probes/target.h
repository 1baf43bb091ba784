// Target and ProbeSettings: what the operator asked for, already valid. Made by config/, read by
// everybody. Settings are shared between the many targets that have the same ones (interned), so a
// target costs its name and host. Immutable after loading; safe to read from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/base/ip_address.h"

namespace ike {

enum class Transport : uint8_t { kUdp, kUdpEncap, kTcp, kTcpRaw };
inline constexpr std::string_view kTransportNames[] = {"udp", "udp-encap", "tcp", "tcp-raw"};
constexpr std::string_view TransportName(Transport t) {
  return kTransportNames[static_cast<int>(t)];
}
constexpr bool IsTcp(Transport t) { return t == Transport::kTcp || t == Transport::kTcpRaw; }
// RFC 7296 section 2 and RFC 9329.
constexpr uint16_t DefaultPort(Transport t) {
  return t == Transport::kUdpEncap || t == Transport::kTcp ? 4500 : 500;
}

enum class AddressFamily : uint8_t { kAny, kIpv4, kIpv6 };
inline constexpr std::string_view kAddressFamilyNames[] = {"any", "ipv4", "ipv6"};

constexpr bool IsOfFamily(const IpAddress& address, AddressFamily family) {
  return family == AddressFamily::kAny || address.is_v4() == (family == AddressFamily::kIpv4);
}

enum class Require : uint8_t { kAny, kAll };

// The keys of [probe] (contract section 2), defaults included.
struct ProbeSettings {
  std::chrono::milliseconds interval{30000};
  std::chrono::milliseconds timeout{5000};
  std::chrono::milliseconds audit_interval{3600000};  // 0 = no audits
  bool ikev1 = true;
  bool ikev1_named = false;  // by ike_versions or whoever asks: else TCP is of IKEv2 (RFC 9329)
  bool ikev2 = true;
  uint16_t port = 500;
  Transport transport = Transport::kUdp;
  Ikev1Mode exchange = Ikev1Mode::kMain;
  std::string aggressive_id;
  IdType aggressive_id_type = IdType::kIpv4;
  uint16_t aggressive_dh_group = 14;
  uint16_t half_open_budget = 3;  // per address in any 30 s
  IpAddress source_address;       // empty = the route's own
  uint16_t source_port = 0;       // 0 = ephemeral
  ProposalSet proposal = ProposalSet::kBroad;
  AddressFamily address_family = AddressFamily::kAny;
  std::string policy = "ietf";
  Require require = Require::kAny;

  // A source address leaves its own family only.
  AddressFamily family_to_probe() const {
    if (address_family != AddressFamily::kAny || source_address.empty()) return address_family;
    return source_address.is_v4() ? AddressFamily::kIpv4 : AddressFamily::kIpv6;
  }

  bool probes(IkeVersion version) const {
    if (version == IkeVersion::kV2) return ikev2;
    return ikev1 && (ikev1_named || !IsTcp(transport));
  }

  friend bool operator==(const ProbeSettings&, const ProbeSettings&) = default;
};

using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by name

struct Target {
  std::string name;
  std::string host;  // DNS name, IPv4 or IPv6 literal
  std::shared_ptr<const ProbeSettings> settings;
  std::shared_ptr<const std::string> module;  // null = none
  std::shared_ptr<const Labels> labels;       // null = none
};

}  // namespace ike
