#include "config/target_section.h"

#include <utility>

#include "config/duration.h"
#include "config/fields.h"
#include "config/host.h"
#include "config/labels.h"
#include "config/probe_checks.h"
#include "config/suggest.h"

namespace config {

struct TargetReader::Draft {
  ike::Target target;
  ProbeTable probe;
  bool overrides = false;  // it has [probe] keys of its own
  bool named = false;
  std::optional<Position> host_place;
};

namespace {

constexpr std::string_view kOwnKeys[] = {"name", "host", "module", "labels"};

// The usual mistakes deserve more than "not a host".
bool RejectHost(const Value& value, std::string_view text) {
  constexpr std::string_view kExpected = "a DNS name, an IPv4 or an IPv6 address";
  const auto with_port = ParseHostPort(text);
  if (with_port && with_port->port) {
    return value.Reject("holds a port", Quoted(with_port->host) + " and port = " +
                                            std::to_string(*with_port->port) + " beside it");
  }
  if (with_port) return value.Reject("stands in brackets", Quoted(with_port->host));
  return value.Reject("is not a host", kExpected);
}

// What no packet could be sent to as it stands.
bool IsComplete(const Value& value, const ike::IpAddress& address) {
  if (!address.is_v6()) return true;
  if (Normalize(address).is_v4()) {
    return value.Reject("is an IPv4 address in IPv6 form", "the IPv4 address itself");
  }
  if (!IsLinkLocal(address) || address.scope_id != 0) return true;
  return value.Reject("is link-local and names no link", "a zone behind it: \"fe80::1%eth0\"");
}

bool ReadHost(const Value& value, std::string& host) {
  const auto text = ReadString(value, "a DNS name, an IPv4 or an IPv6 address as a string");
  if (!text) return false;
  const auto address = ParseIpAddress(*text);
  if (!address && !IsHostName(*text)) return RejectHost(value, *text);
  if (address && !IsUnicast(*address)) {
    return value.Reject("is not the address of one host", "a unicast address");
  }
  if (address && !IsComplete(value, *address)) return false;
  host = *text;
  return true;
}

void ReportUnknownTargetKey(const Member& member, Problems& problems) {
  std::vector<std::string_view> known(std::begin(kOwnKeys), std::end(kOwnKeys));
  const auto probe_keys = ProbeKeyNames();
  known.insert(known.end(), probe_keys.begin(), probe_keys.end());
  ReportUnknownKey(member, "[[target]]", known, problems);
}

void ReportMissing(const Node& table, std::string_view key, std::string_view example,
                   Problems& problems) {
  problems.Add(table.position(), "target: has no " + std::string(key) + "; expected " +
                                     std::string(key) + " = " + std::string(example));
}

}  // namespace

void TargetReader::ReadTargets(const Value& value) {
  constexpr std::string_view kExpected = "[[target]] tables";
  if (files_.empty() || files_.back() != value.problems.file()) {
    files_.push_back(value.problems.file());
  }
  ReadArray(value, kExpected, [this, kExpected](const Value& element) {
    if (element.node.type() != NodeType::kTable) return element.RejectType(kExpected);
    ReadTarget(element);
    return true;
  });
}

void TargetReader::ReadTarget(const Value& value) {
  const Node& table = value.node;
  ModuleEntry* const found = FindModule(table, value.problems);
  ModuleEntry* const module = found != nullptr ? found : &defaults_;
  Draft draft{{}, ProbeTable{module->layer, policies_, {}, {}}, false, false, std::nullopt};
  // What an unknown module would have set is unknown too: judge only what stands here.
  if (found == nullptr && table.find("module")) draft.probe.layer.invalid = ~0u;
  for (const Member& member : table.members()) ReadMember(member, draft, value.problems);

  if (!draft.named) ReportMissing(table, "name", "\"hq\"", value.problems);
  if (!draft.host_place) ReportMissing(table, "host", "\"vpn.example.com\"", value.problems);
  if (draft.overrides) FinishProbeTable(draft.probe, value.problems);
  CheckModulePace(table, *module, draft, value.problems);
  const auto address = ParseIpAddress(draft.target.host);
  if (address) {
    CheckHostFamily({draft.target.host, *address, *draft.host_place}, draft.probe, value.problems);
  }
  draft.target.settings = SettingsOf(*module, draft);
  draft.target.module = module->name;
  targets_.push_back(std::move(draft.target));
}

void TargetReader::ReadMember(const Member& member, Draft& draft, Problems& problems) {
  const Value value{member.key, member.value, problems};
  if (member.key == "name") return ReadName(value, draft);
  if (member.key == "module") return;  // it was read before all others
  if (member.key == "host") {
    draft.host_place = member.value.position();
    ReadHost(value, draft.target.host);
    return;
  }
  if (member.key == "labels") {
    ike::Labels labels;
    ReadLabels(value, labels);
    draft.target.labels = interner_.Labels(std::move(labels));
    return;
  }
  if (ReadProbeKey(member, draft.probe, problems)) {
    draft.overrides = true;
    return;
  }
  ReportUnknownTargetKey(member, problems);
}

ModuleEntry* TargetReader::FindModule(const Node& table, Problems& problems) {
  const auto node = table.find("module");
  if (!node) return nullptr;
  const Value value{"module", *node, problems};
  const auto name = ReadString(value, "the name of a module");
  if (!name) return nullptr;
  const auto found = modules_.find(*name);
  if (found != modules_.end()) return &found->second;
  std::vector<std::string_view> known;
  for (const auto& [known_name, module] : modules_) known.push_back(known_name);
  value.Reject("is not a module", known.empty() ? "a table [modules." + std::string(*name) + "]"
                                                : ListOf(known, true));
  return nullptr;
}

void TargetReader::ReadName(const Value& value, Draft& draft) {
  draft.named = true;
  const auto name = ReadString(value, "a name as a string");
  if (!name) return;
  if (!IsName(*name)) {
    value.Reject("is not a target name", kNameForm);
    return;
  }
  draft.target.name = *name;
  const Place place{static_cast<uint32_t>(files_.size() - 1), value.node.position()};
  const auto [other, added] = names_.emplace(*name, place);
  if (added) return;
  const ConfigError first{
      files_[other->second.file], other->second.position.line, other->second.position.column, {}};
  value.Reject("is also the name of the target at " + first.file + ":" +
                   std::to_string(first.line) + ":" + std::to_string(first.column),
               "a name of its own");
}

// The same unfit module would be reported for each of its targets: once is enough.
void TargetReader::CheckModulePace(const Node& table, ModuleEntry& module, Draft& draft,
                                   Problems& problems) {
  if (CheckPace(draft.probe, problems) || !module.name || module.pace_reported) return;
  const bool reported = draft.probe.has(ProbeKey::kTimeout) || draft.probe.has(ProbeKey::kInterval);
  if (reported) return;
  module.pace_reported = true;
  const ike::ProbeSettings& settings = module.layer.settings;
  problems.Add(table.find("module")->position(),
               "module: " + Quoted(*module.name) + " has a timeout of " +
                   FormatDuration(settings.timeout) + " and an interval of " +
                   FormatDuration(settings.interval) +
                   "; expected an interval of at least the timeout");
}

SettingsPtr TargetReader::SettingsOf(const ModuleEntry& module, const Draft& draft) {
  if (!draft.overrides) return module.settings;
  return interner_.Settings(draft.probe.layer.settings);
}

}  // namespace config
