#include "exporter/http/access.h"

#include <algorithm>
#include <cctype>

#include "exporter/net/address.h"

namespace exporter {
namespace {

using config::AllowRule;

bool SameName(std::string_view a, std::string_view b) {
  if (!a.empty() && a.back() == '.') a.remove_suffix(1);
  if (!b.empty() && b.back() == '.') b.remove_suffix(1);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

bool IsConfigured(const TargetTable& table, std::string_view host) {
  auto asked = net::ParseIp(host);
  return std::any_of(table.config->targets.begin(), table.config->targets.end(),
                     [&](const ike::Target& target) {
                       if (SameName(target.host, host)) return true;
                       auto known = asked ? net::ParseIp(target.host) : std::nullopt;
                       return known && net::Normalize(*known) == net::Normalize(*asked);
                     });
}

bool InNetwork(const AllowRule& rule, const ike::IpAddress& address) {
  ike::IpAddress network = net::Normalize(rule.network);
  ike::IpAddress candidate = net::Normalize(address);
  if (network.size != candidate.size) return false;
  unsigned bits = rule.prefix_length;
  // A mapped network lost its 96 leading bits with its form.
  if (network.size != rule.network.size) bits = bits > 96 ? bits - 96 : 0;
  for (unsigned bit = 0; bit < bits; ++bit) {
    auto mask = static_cast<uint8_t>(0x80 >> (bit % 8));
    if ((network.octets[bit / 8] & mask) != (candidate.octets[bit / 8] & mask)) return false;
  }
  return true;
}

bool Permits(const AllowRule& rule, std::string_view host, bool configured,
             const ike::IpAddress& address) {
  switch (rule.kind) {
    case AllowRule::Kind::kConfigured:
      return configured;
    case AllowRule::Kind::kAny:
      return !net::IsLoopback(address) && !net::IsLinkLocal(address);
    case AllowRule::Kind::kHost:
      return SameName(rule.host, host);
    case AllowRule::Kind::kNetwork:
      return InNetwork(rule, address);
  }
  return false;
}

}  // namespace

std::optional<HttpError> CheckPort(const TargetTable& table, uint16_t port) {
  if (port == 500 || port == 4500) return std::nullopt;
  const std::vector<uint16_t>& listed = table.config->api.ports;
  if (std::find(listed.begin(), listed.end(), port) != listed.end()) return std::nullopt;
  for (const ike::Target& target : table.config->targets) {
    if (target.settings->port == port) return std::nullopt;
  }
  return HttpError{403,
                   "port " + std::to_string(port) +
                       " is neither 500, 4500 nor a configured target's; list it in [api] ports",
                   "port", 0};
}

bool MayBeProbed(const ike::IpAddress& address) { return net::IsUnicast(address); }

std::vector<ike::IpAddress> AllowedAddresses(const TargetTable& table, std::string_view host,
                                             const std::vector<ike::IpAddress>& addresses,
                                             const std::vector<ike::IpAddress>& listed) {
  bool configured = IsConfigured(table, host);
  std::vector<ike::IpAddress> allowed;
  for (const ike::IpAddress& address : addresses) {
    if (!MayBeProbed(address)) continue;
    const auto& rules = table.config->api.allow;
    bool permitted = std::any_of(rules.begin(), rules.end(), [&](const AllowRule& rule) {
      return Permits(rule, host, configured, address);
    });
    permitted |= std::any_of(listed.begin(), listed.end(), [&](const ike::IpAddress& known) {
      return net::Normalize(known) == net::Normalize(address);
    });
    if (permitted) allowed.push_back(address);
  }
  return allowed;
}

HttpError NotAllowed(std::string_view host) {
  return {403,
          "probing " + std::string(host) + " on request is not allowed; [api] allow lists what is",
          "not_allowed", 0};
}

}  // namespace exporter
