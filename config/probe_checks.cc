#include "config/probe_checks.h"

#include "config/duration.h"
#include "config/host.h"
#include "config/suggest.h"
#include "probes/algorithms/key_share.h"
#include "probes/algorithms/registry.h"

namespace config {
namespace {

using ike::AddressFamily;

std::string_view FamilyName(const ike::IpAddress& address) {
  return address.is_v4() ? "IPv4" : "IPv6";
}

bool Fits(const ike::IpAddress& address, AddressFamily family) {
  return family == AddressFamily::kAny || address.is_v4() == (family == AddressFamily::kIpv4);
}

std::string FamilyText(AddressFamily family) {
  return Quoted(ike::kAddressFamilyNames[static_cast<size_t>(family)]);
}

// Where to complain about a pair: at the one that this table names.
std::optional<Position> PlaceOf(const ProbeTable& table, ProbeKey first, ProbeKey second) {
  if (!table.layer.valid(first) || !table.layer.valid(second)) return std::nullopt;
  if (table.has(first)) return table.place(first);
  if (table.has(second)) return table.place(second);
  return std::nullopt;
}

// What is wrong with the identity, empty if nothing is (RFC 2407 section 4.6.2.1).
std::string_view ExpectedIdentity(ike::IdType type, std::string_view id) {
  const auto address = ParseIpAddress(id);
  switch (type) {
    case ike::IdType::kIpv4:
      if (id.empty() || (address && address->is_v4())) return {};
      return "an IPv4 address, or aggressive_id_type = \"fqdn\", \"user_fqdn\" or \"key_id\"";
    case ike::IdType::kFqdn:
      return IsDnsName(id) ? std::string_view{} : "a DNS name";
    case ike::IdType::kUserFqdn:
      return id.find('@') != id.npos ? std::string_view{} : "a name of the form user@example.com";
    case ike::IdType::kKeyId:
      return id.empty() ? "at least one byte" : std::string_view{};
  }
  return {};
}

std::string_view IdTypeText(ike::IdType type) {
  for (const std::string_view name : kIdTypeNames) {
    if (ParseIdType(name) == type) return name;
  }
  return {};
}

}  // namespace

std::vector<uint16_t> AggressiveGroups() {
  std::vector<uint16_t> groups;
  for (const uint16_t group : ike::KeyShareGroups()) {
    const auto* row = ike::FindAlgorithm(ike::IkeVersion::kV1, ike::Kind::kDh, group);
    if (row != nullptr) groups.push_back(group);
  }
  return groups;
}

void CheckSourceFamily(const ProbeTable& table, Problems& problems) {
  const auto place = PlaceOf(table, ProbeKey::kSourceAddress, ProbeKey::kAddressFamily);
  const ike::ProbeSettings& settings = table.layer.settings;
  if (!place || settings.source_address.empty()) return;
  if (Fits(settings.source_address, settings.address_family)) return;
  problems.Add(*place,
               "source_address: an " + std::string(FamilyName(settings.source_address)) +
                   " address does not fit address_family = " + FamilyText(settings.address_family) +
                   "; expected an address of that family");
}

void CheckAggressiveIdentity(const ProbeTable& table, Problems& problems) {
  const auto place = PlaceOf(table, ProbeKey::kAggressiveId, ProbeKey::kAggressiveIdType);
  const ike::ProbeSettings& settings = table.layer.settings;
  if (!place) return;
  const auto expected = ExpectedIdentity(settings.aggressive_id_type, settings.aggressive_id);
  if (expected.empty()) return;
  problems.Add(*place, "aggressive_id: " + Quoted(settings.aggressive_id) +
                           " is no identity of the type " +
                           Quoted(IdTypeText(settings.aggressive_id_type)) + "; expected " +
                           std::string(expected));
}

bool CheckPace(const ProbeTable& table, Problems& problems) {
  if (!table.layer.valid(ProbeKey::kTimeout) || !table.layer.valid(ProbeKey::kInterval)) {
    return true;
  }
  const ike::ProbeSettings& settings = table.layer.settings;
  if (settings.timeout <= settings.interval) return true;
  const auto place = PlaceOf(table, ProbeKey::kTimeout, ProbeKey::kInterval);
  if (!place) return false;
  problems.Add(*place, "timeout: " + FormatDuration(settings.timeout) +
                           " is longer than the interval; expected at most " +
                           FormatDuration(settings.interval));
  return false;
}

void CheckHostFamily(const LiteralHost& host, const ProbeTable& table, Problems& problems) {
  const ike::ProbeSettings& settings = table.layer.settings;
  const std::string found = "host: " + Quoted(host.text) + " is an " +
                            std::string(FamilyName(host.address)) + " address and does not fit ";
  if (table.layer.valid(ProbeKey::kAddressFamily) && !Fits(host.address, settings.address_family)) {
    problems.Add(host.place, found + "address_family = " + FamilyText(settings.address_family) +
                                 "; expected an address of that family");
    return;
  }
  if (!table.layer.valid(ProbeKey::kSourceAddress) || settings.source_address.empty()) return;
  if (settings.source_address.is_v4() == host.address.is_v4()) return;
  problems.Add(host.place, found + "the source_address, which is " +
                               std::string(FamilyName(settings.source_address)) +
                               "; expected two addresses of one family");
}

}  // namespace config
