#include "exporter/web/config_text.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "config/duration.h"
#include "config/names.h"
#include "config/probe_section.h"
#include "exporter/base/number_text.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

using ike::ProbeSettings;

// A basic string of TOML.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (byte >= 0x20 && byte != 0x7f) {
      quoted += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04X", byte);
    quoted += escaped;
  }
  return quoted + "\"";
}

std::string Key(std::string_view key) {
  bool bare = !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  return bare ? std::string(key) : Quoted(key);
}

template <typename List, typename ToText>
std::string Array(const List& list, ToText text_of) {
  std::string text = "[";
  for (const auto& item : list) text += (text.size() > 1 ? ", " : "") + text_of(item);
  return text + "]";
}

void AddLine(std::string_view key, std::string_view value, std::string* text) {
  text->append(Key(key)).append(" = ").append(value).append("\n");
}

std::string Number(double number) {
  std::string text;
  AppendNumber(number, &text);
  return text;
}

std::string Bool(bool value) { return value ? "true" : "false"; }

struct Row {
  std::string_view key;
  std::string (*value)(const ProbeSettings& settings);
};

// In the order of config::ProbeKeyNames(). An empty value: the key is left out, since saying the
// default of ike_versions is more than not saying it.
constexpr Row kRows[] = {
    {"interval", [](const ProbeSettings& s) { return Quoted(config::FormatDuration(s.interval)); }},
    {"timeout", [](const ProbeSettings& s) { return Quoted(config::FormatDuration(s.timeout)); }},
    {"audit_interval",
     [](const ProbeSettings& s) { return Quoted(config::FormatDuration(s.audit_interval)); }},
    {"ike_versions",
     [](const ProbeSettings& s) {
       if (!s.ikev1) return std::string("[2]");
       if (!s.ikev1_named) return std::string();
       return std::string(s.ikev2 ? "[1, 2]" : "[1]");
     }},
    {"port", [](const ProbeSettings& s) { return std::to_string(s.port); }},
    {"transport", [](const ProbeSettings& s) { return Quoted(ike::TransportName(s.transport)); }},
    {"exchange",
     [](const ProbeSettings& s) {
       return Quoted(s.exchange == ike::Ikev1Mode::kMain ? "main" : "aggressive");
     }},
    {"aggressive_id", [](const ProbeSettings& s) { return Quoted(s.aggressive_id); }},
    {"aggressive_id_type",
     [](const ProbeSettings& s) {
       auto named = std::ranges::find_if(config::kIdTypeNames, [&](std::string_view name) {
         return config::ParseIdType(name) == s.aggressive_id_type;
       });
       return Quoted(*named);
     }},
    {"aggressive_dh_group",
     [](const ProbeSettings& s) { return std::to_string(s.aggressive_dh_group); }},
    {"half_open_budget", [](const ProbeSettings& s) { return std::to_string(s.half_open_budget); }},
    {"source_address",
     [](const ProbeSettings& s) { return Quoted(net::ToString(s.source_address)); }},
    {"source_port", [](const ProbeSettings& s) { return std::to_string(s.source_port); }},
    {"proposal",
     [](const ProbeSettings& s) {
       return Quoted(ike::kProposalSetNames[static_cast<size_t>(s.proposal)]);
     }},
    {"address_family",
     [](const ProbeSettings& s) {
       return Quoted(ike::kAddressFamilyNames[static_cast<size_t>(s.address_family)]);
     }},
    {"policy", [](const ProbeSettings& s) { return Quoted(s.policy); }},
    {"require",
     [](const ProbeSettings& s) {
       return Quoted(config::kRequireNames[static_cast<size_t>(s.require)]);
     }},
};
static_assert(std::size(kRows) == config::kProbeKeyCount);

void AddSetting(const Row& row, const ProbeSettings& settings, std::string* text) {
  const std::string value = row.value(settings);
  if (value.empty()) return;
  bool secret = row.key == "aggressive_id" && !settings.aggressive_id.empty();
  AddLine(row.key, secret ? Quoted(kHidden) : value, text);
}

// Keys whose default follows from another one are said together with it.
bool Belong(std::string_view a, std::string_view b) {
  auto pair = [&](std::string_view x, std::string_view y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  return a == b || pair("port", "transport") || pair("interval", "timeout");
}

void AddDifferences(const ProbeSettings& settings, const ProbeSettings& base, std::string* text) {
  if (settings == base) return;
  std::vector<std::string_view> different;
  for (const Row& row : kRows) {
    if (row.value(settings) != row.value(base)) different.push_back(row.key);
  }
  for (const Row& row : kRows) {
    bool said = std::ranges::any_of(different, [&](auto key) { return Belong(key, row.key); });
    if (said) AddSetting(row, settings, text);
  }
}

std::string RuleText(const config::AllowRule& rule) {
  switch (rule.kind) {
    case config::AllowRule::Kind::kConfigured:
      return Quoted("configured");
    case config::AllowRule::Kind::kAny:
      return Quoted("any");
    case config::AllowRule::Kind::kHost:
      return Quoted(rule.host);
    case config::AllowRule::Kind::kNetwork:
      break;
  }
  return Quoted(net::ToString(rule.network.address) + "/" +
                std::to_string(rule.network.prefix_length));
}

// A group may be told by its number, which is none of the names.
std::string AlgorithmText(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); }) ? name
                                                                                    : Quoted(name);
}

void AddLists(const std::string& table, const config::AlgorithmLists& lists, std::string* text) {
  if (lists.empty()) return;
  *text += "\n[" + table + "]\n";
  for (const auto& [kind, names] : lists) AddLine(kind, Array(names, AlgorithmText), text);
}

void AddPolicy(const config::UserPolicy& policy, std::string* text) {
  std::string table = "policies." + Key(policy.name);
  *text += "\n[" + table + "]\n";
  AddLine("extends", Quoted(policy.extends), text);
  if (policy.minimum_strength) {
    AddLine("minimum_strength", std::to_string(*policy.minimum_strength), text);
  }
  if (policy.minimum_verdict) AddLine("minimum_verdict", Quoted(*policy.minimum_verdict), text);
  if (policy.allow_ikev1) AddLine("allow_ikev1", Bool(*policy.allow_ikev1), text);
  if (policy.allow_aggressive_mode) {
    AddLine("allow_aggressive_mode", Bool(*policy.allow_aggressive_mode), text);
  }
  if (policy.require_post_quantum) {
    AddLine("require_post_quantum", Bool(*policy.require_post_quantum), text);
  }
  AddLists(table + ".allow", policy.allow, text);
  AddLists(table + ".deny", policy.deny, text);
}

void AddSections(const config::Config& config, std::string* text) {
  *text += "\n[web]\n";
  AddLine("listen", Array(config.web.listen, Quoted), text);
  AddLine("hosts", Array(config.web.hosts, Quoted), text);
  AddLine("dashboard_url", Quoted(config.web.dashboard_url), text);
  *text += "\n[log]\n";
  AddLine("level", Quoted(config.log.level.empty() ? "info" : config.log.level), text);
  if (!config.log.prober.empty()) AddLine("prober", Quoted(config.log.prober), text);
  *text += "\n[metrics]\n";
  bool basic = config.metrics.detail == config::MetricsDetail::kBasic;
  AddLine("detail", Quoted(basic ? "basic" : "full"), text);
  AddLine("rtt_buckets", Array(config.metrics.rtt_buckets, Number), text);
  *text += "\n[api]\n";
  AddLine("allow", Array(config.api.allow, RuleText), text);
  AddLine("ports", Array(config.api.ports, [](uint16_t port) { return std::to_string(port); }),
          text);
  AddLine("requests_per_second", Number(config.api.requests_per_second), text);
  AddLine("max_concurrent", std::to_string(config.api.max_concurrent), text);
}

}  // namespace

std::string SettingsText(const ProbeSettings& settings) {
  // What is in force, said or not.
  ProbeSettings said = settings;
  said.ikev1 = said.ikev1_named = settings.probes(ike::IkeVersion::kV1);
  std::string text;
  for (const Row& row : kRows) AddSetting(row, said, &text);
  return text;
}

std::string ConfigHeadText(const config::Config& config) {
  std::string text = "# The configuration that runs, read from\n";
  for (const std::string& file : config.files) text += "#   " + Quoted(file) + "\n";
  AddSections(config, &text);
  text += "\n[probe]\n";
  for (const Row& row : kRows) AddSetting(row, *config.defaults, &text);
  AddLine("packets_per_second", std::to_string(config.packet_rates.exporter), &text);
  AddLine("network_packets_per_second", std::to_string(config.packet_rates.network), &text);
  for (const auto& [name, settings] : config.modules) {
    text += "\n[modules." + Key(name) + "]\n";
    AddDifferences(*settings, *config.defaults, &text);
  }
  for (const auto& [name, policy] : config.policies) AddPolicy(policy, &text);
  return text;
}

void AppendTargetText(const config::Config& config, const ike::Target& target, std::string* text) {
  *text += "\n[[target]]\n";
  AddLine("name", Quoted(target.name), text);
  AddLine("host", Quoted(target.host), text);
  const ProbeSettings* base = config.defaults.get();
  if (target.module) {
    AddLine("module", Quoted(*target.module), text);
    auto module = config.modules.find(*target.module);
    if (module != config.modules.end()) base = module->second.get();
  }
  if (target.settings.get() != base) AddDifferences(*target.settings, *base, text);
  if (!target.labels) return;
  std::string labels;
  for (const auto& [name, value] : *target.labels) {
    labels += (labels.empty() ? "" : ", ") + Key(name) + " = " + Quoted(value);
  }
  AddLine("labels", "{ " + labels + " }", text);
}

}  // namespace exporter
