#include "exporter/web/probe_acl.h"

#include <algorithm>

#include "config/host.h"

namespace exporter {
namespace {

using config::AllowRule;

bool SameName(std::string_view a, std::string_view b) {
  return config::CanonicalName(a) == config::CanonicalName(b);
}

bool IsConfigured(const TargetTable& table, std::string_view host) {
  auto asked = config::ParseIpAddress(host);
  return std::any_of(table.config->targets.begin(), table.config->targets.end(),
                     [&](const ike::Target& target) {
                       if (SameName(target.host, host)) return true;
                       auto known = asked ? config::ParseIpAddress(target.host) : std::nullopt;
                       return known && ike::Normalize(*known) == ike::Normalize(*asked);
                     });
}

bool Permits(const AllowRule& rule, std::string_view host, bool configured,
             const ike::IpAddress& address) {
  switch (rule.kind) {
    case AllowRule::Kind::kConfigured:
      return configured;
    case AllowRule::Kind::kAny:
      return !ike::IsLoopback(address) && !ike::IsLinkLocal(address);
    case AllowRule::Kind::kHost:
      return SameName(rule.host, host);
    case AllowRule::Kind::kNetwork:
      return rule.network.Contains(address);
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

bool MayBeProbed(const ike::IpAddress& address) { return ike::IsUnicast(address); }

NameRule RuleForName(const TargetTable& table, std::string_view host) {
  NameRule access = NameRule::kNever;
  for (const AllowRule& rule : table.config->api.allow) {
    const bool configured = rule.kind == AllowRule::Kind::kConfigured && IsConfigured(table, host);
    const bool listed = rule.kind == AllowRule::Kind::kHost && SameName(rule.host, host);
    if (configured || listed || rule.kind == AllowRule::Kind::kAny) return NameRule::kByName;
    if (rule.kind == AllowRule::Kind::kNetwork) access = NameRule::kByAddress;
  }
  return access;
}

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
      return ike::Normalize(known) == ike::Normalize(address);
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
