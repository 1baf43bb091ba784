#include "config/probe_section.h"

#include <algorithm>
#include <vector>

#include "config/duration.h"
#include "config/host.h"
#include "config/probe_checks.h"
#include "config/sections.h"
#include "config/suggest.h"

namespace config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kYear = hours(24 * 365);
constexpr DurationRange kIntervalRange{milliseconds(100), kYear};
constexpr DurationRange kTimeoutRange{milliseconds(10), hours(1)};
constexpr DurationRange kAuditIntervalRange{seconds(1), kYear, true};
constexpr IntegerRange kBudgetRange{1, 1000, "a half-open budget"};
constexpr IntegerRange kSourcePortRange{0, 65535, "a port"};
constexpr size_t kMaxIdentityLength = 255;

bool ReadIkeVersions(const Value& value, ProbeTable& table) {
  constexpr std::string_view kExpected = "[1], [2] or [1, 2]";
  bool seen[3] = {};
  const bool valid = ReadArray(value, kExpected, [&](const Value& element) {
    const auto version = element.node.integer();
    if (!version) return element.RejectType(kExpected);
    if (*version != 1 && *version != 2) return element.Reject("is not an IKE version", "1 or 2");
    if (seen[*version]) return element.Reject("stands here twice", "each version once");
    seen[*version] = true;
    return true;
  });
  if (!valid) return false;
  if (!seen[1] && !seen[2]) return value.Reject("is empty", kExpected);
  table.layer.settings.ikev1 = table.layer.settings.ikev1_named = seen[1];
  table.layer.settings.ikev2 = seen[2];
  return true;
}

bool ReadTransport(const Value& value, ProbeTable& table) {
  const auto index = ReadChoice(value, {"a transport", ike::kTransportNames});
  if (!index) return false;
  table.endpoint.transport = static_cast<ike::Transport>(*index);
  return true;
}

bool ReadPort(const Value& value, ProbeTable& table) {
  const auto port = ReadInteger(value, kPortRange);
  if (!port) return false;
  table.endpoint.port = static_cast<uint16_t>(*port);
  return true;
}

bool ReadExchange(const Value& value, ProbeTable& table) {
  const auto index = ReadChoice(value, {"an IKEv1 exchange", kExchangeNames});
  if (!index) return false;
  table.layer.settings.exchange = *ParseExchange(kExchangeNames[*index]);
  return true;
}

bool ReadAggressiveId(const Value& value, ProbeTable& table) {
  const auto id = ReadString(value, "an identity as a string");
  if (!id) return false;
  if (id->size() > kMaxIdentityLength) return value.Reject("is too long", "at most 255 bytes");
  table.layer.settings.aggressive_id = *id;
  return true;
}

bool ReadAggressiveIdType(const Value& value, ProbeTable& table) {
  const auto index = ReadChoice(value, {"an identity type", kIdTypeNames});
  if (!index) return false;
  table.layer.settings.aggressive_id_type = *ParseIdType(kIdTypeNames[*index]);
  return true;
}

bool ReadDhGroup(const Value& value, ProbeTable& table) {
  const auto group = ReadInteger(value, {1, 65535, "a Diffie-Hellman group"});
  if (!group) return false;
  const std::vector<uint16_t> groups = AggressiveGroups();
  if (std::find(groups.begin(), groups.end(), *group) == groups.end()) {
    std::string expected = "one of";
    for (const uint16_t known : groups) expected += " " + std::to_string(known);
    return value.Reject("is not a group that IKEv1 can be offered", expected);
  }
  table.layer.settings.aggressive_dh_group = static_cast<uint16_t>(*group);
  return true;
}

bool ReadSourceAddress(const Value& value, ProbeTable& table) {
  const auto text = ReadString(value, "an IP address as a string");
  if (!text) return false;
  table.layer.settings.source_address = {};
  if (text->empty()) return true;
  const auto address = ParseIpAddress(*text);
  if (!address || !IsUnicast(*address)) {
    return value.Reject("is no source address",
                        "an IPv4 or IPv6 address, or \"\" for the route's own");
  }
  table.layer.settings.source_address = *address;
  return true;
}

bool ReadPolicy(const Value& value, ProbeTable& table) {
  std::vector<std::string_view> names(std::begin(kBuiltinPolicies), std::end(kBuiltinPolicies));
  names.insert(names.end(), table.policies.begin(), table.policies.end());
  const auto index = ReadChoice(value, {"a policy", names});
  if (!index) return false;
  table.layer.settings.policy = names[*index];
  return true;
}

using ProbeField = Field<ProbeTable>;

constexpr ProbeField kFields[] = {
    {"interval",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadDuration(value, kIntervalRange), table.layer.settings.interval);
     }},
    {"timeout",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadDuration(value, kTimeoutRange), table.layer.settings.timeout);
     }},
    {"audit_interval",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadDuration(value, kAuditIntervalRange), table.layer.settings.audit_interval);
     }},
    {"ike_versions", ReadIkeVersions},
    {"port", ReadPort},
    {"transport", ReadTransport},
    {"exchange", ReadExchange},
    {"aggressive_id", ReadAggressiveId},
    {"aggressive_id_type", ReadAggressiveIdType},
    {"aggressive_dh_group", ReadDhGroup},
    {"half_open_budget",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadInteger(value, kBudgetRange), table.layer.settings.half_open_budget);
     }},
    {"source_address", ReadSourceAddress},
    {"source_port",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadInteger(value, kSourcePortRange), table.layer.settings.source_port);
     }},
    {"proposal",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadChoice(value, {"a proposal set", ike::kProposalSetNames}),
                    table.layer.settings.proposal);
     }},
    {"address_family",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadChoice(value, {"an address family", ike::kAddressFamilyNames}),
                    table.layer.settings.address_family);
     }},
    {"policy", ReadPolicy},
    {"require",
     [](const Value& value, ProbeTable& table) {
       return Store(ReadChoice(value, {"a requirement", kRequireNames}),
                    table.layer.settings.require);
     }},
};
static_assert(std::size(kFields) == kProbeKeyCount);

constexpr std::array<std::string_view, kProbeKeyCount> MakeKeyNames() {
  std::array<std::string_view, kProbeKeyCount> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kFields[i].key;
  return names;
}
constexpr auto kKeyNames = MakeKeyNames();

// What neither this table nor one below it named follows from what was named.
void DeriveSettings(ProbeTable& table) {
  ike::ProbeSettings& settings = table.layer.settings;
  if (!table.layer.transport_named && table.endpoint.port) {
    settings.transport = ike::Transport::kUdp;  // so that port 4500 below does not outlive port 500
  }
  ApplyEndpoint(table.endpoint, settings);
  table.layer.transport_named |= table.endpoint.transport.has_value();
  table.layer.timeout_named |= table.has(ProbeKey::kTimeout);
  if (!table.layer.timeout_named) {
    settings.timeout = std::min(ike::ProbeSettings{}.timeout, settings.interval);
  }
}

}  // namespace

bool ReadProbeKey(const Member& member, ProbeTable& table, Problems& problems) {
  const auto* field = FindField(std::span<const ProbeField>(kFields), member.key);
  if (field == nullptr) return false;
  const auto index = static_cast<size_t>(field - kFields);
  const auto bit = ProbeLayer::Bit(static_cast<ProbeKey>(index));
  table.places[index] = member.value.position();
  const bool valid = field->read(Value{member.key, member.value, problems}, table);
  // A good value here makes up for a bad one below.
  table.layer.invalid = valid ? table.layer.invalid & ~bit : table.layer.invalid | bit;
  return true;
}

void FinishProbeTable(ProbeTable& table, Problems& problems) {
  DeriveSettings(table);
  CheckSourceFamily(table, problems);
  CheckAggressiveIdentity(table, problems);
}

std::span<const std::string_view> ProbeKeyNames() { return kKeyNames; }

void ReadProbeSection(const Value& value, std::string_view where, ProbeTable& table,
                      PacketRates* rates) {
  if (value.node.type() != NodeType::kTable) {
    value.RejectType("a table");
    return;
  }
  for (const Member& member : value.node.members()) {
    if (ReadProbeKey(member, table, value.problems)) continue;
    if (rates != nullptr && ReadPacketRate(member, *rates, value.problems)) continue;
    ReportUnknownKey(member, where, kKeyNames, value.problems);
  }
  FinishProbeTable(table, value.problems);
}

bool CheckTableName(const Member& member, std::string_view noun, Problems& problems) {
  if (IsName(member.key)) return true;
  problems.Add(member.key_position, Quoted(member.key) + " is not the name of " +
                                        std::string(noun) + "; expected " + std::string(kNameForm));
  return false;
}

}  // namespace config
