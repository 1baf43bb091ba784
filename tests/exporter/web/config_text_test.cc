// What /config shows, read again, must be the same configuration.
#include "exporter/web/config_text.h"

#include <gtest/gtest.h>

#include <string>

#include "config/load.h"
#include "config/probe_section.h"

namespace exporter {
namespace {

config::Config Loaded(std::string_view text) {
  auto loaded = config::LoadText(text, "test.toml");
  if (loaded) return std::move(*loaded);
  for (const auto& error : loaded.error()) ADD_FAILURE() << config::Format(error);
  ADD_FAILURE() << text;
  return {};
}

std::string Text(const config::Config& config) {
  std::string text = ConfigHeadText(config);
  for (const ike::Target& target : config.targets) AppendTargetText(config, target, &text);
  return text;
}

void ExpectSamePolicies(const config::Config& a, const config::Config& b) {
  ASSERT_EQ(a.policies.size(), b.policies.size());
  for (const auto& [name, policy] : a.policies) {
    const config::UserPolicy& other = b.policies.at(name);
    EXPECT_EQ(policy.extends, other.extends);
    EXPECT_EQ(policy.allow, other.allow);
    EXPECT_EQ(policy.deny, other.deny);
    EXPECT_EQ(policy.minimum_strength, other.minimum_strength);
    EXPECT_EQ(policy.minimum_verdict, other.minimum_verdict);
    EXPECT_EQ(policy.allow_ikev1, other.allow_ikev1);
    EXPECT_EQ(policy.allow_aggressive_mode, other.allow_aggressive_mode);
    EXPECT_EQ(policy.require_post_quantum, other.require_post_quantum);
  }
}

void ExpectSameTargets(const config::Config& a, const config::Config& b) {
  ASSERT_EQ(a.targets.size(), b.targets.size());
  for (size_t i = 0; i < a.targets.size(); ++i) {
    const ike::Target& one = a.targets[i];
    const ike::Target& other = b.targets[i];
    EXPECT_EQ(one.name, other.name);
    EXPECT_EQ(one.host, other.host);
    EXPECT_EQ(*one.settings, *other.settings) << one.name;
    EXPECT_EQ(one.module ? *one.module : "", other.module ? *other.module : "");
    EXPECT_EQ(one.labels ? *one.labels : ike::Labels{},
              other.labels ? *other.labels : ike::Labels{});
  }
}

void ExpectReadsBack(std::string_view text) {
  config::Config config = Loaded(text);
  config::Config again = Loaded(Text(config));
  EXPECT_EQ(config.web, again.web);
  EXPECT_EQ(config.metrics, again.metrics);
  EXPECT_EQ(config.api, again.api);
  EXPECT_EQ(*config.defaults, *again.defaults);
  EXPECT_EQ(config.packet_rates, again.packet_rates);
  ASSERT_EQ(config.modules.size(), again.modules.size());
  for (const auto& [name, settings] : config.modules) {
    EXPECT_EQ(*settings, *again.modules.at(name)) << name;
  }
  ExpectSamePolicies(config, again);
  ExpectSameTargets(config, again);
}

TEST(ConfigText, ReadsBackWithoutAnything) { ExpectReadsBack(""); }

constexpr std::string_view kEverything = R"(
[web]
listen = [":10500", "[::1]:10501"]
hosts = ["status.example.com"]
dashboard_url = "https://grafana.example.com/d/ike?var-target={target}"
[log]
level = "warn"
prober = "debug"
[metrics]
detail = "basic"
rtt_buckets = [0.001, 0.25, 1, 1.5e2]
[api]
allow = ["configured", "any", "vpn.example.com", "192.0.2.0/24", "2001:db8::/32", "192.0.2.7"]
ports = [4501, 65535]
requests_per_second = 0.25
max_concurrent = 7
[probe]
interval = "1m30s"
timeout = "750ms"
audit_interval = "0s"
ike_versions = [2]
half_open_budget = 1
packets_per_second = 77
source_address = "192.0.2.200"
source_port = 500
proposal = "modern"
address_family = "ipv4"
policy = "corporate"
require = "all"
[modules.plain]
[modules."with.dots"]
transport = "tcp"
port = 4433
ike_versions = [1, 2]
[modules.encap]
port = 4500
[policies.corporate]
extends = "nist"
minimum_strength = 128
minimum_verdict = "strong"
allow_ikev1 = false
allow_aggressive_mode = true
require_post_quantum = true
[policies.corporate.allow]
encryption = ["ENCR_AES_GCM_16", "ENCR_AES_CBC_256"]
dh = [19, 20, "256-bit random ECP group"]
[policies.corporate.deny]
prf = []
dh = [2]
[policies."b.c"]
[[target]]
name = "a:b_c.d-e"
host = "vpn.example.com"
labels = { site = "\"ber\"\t\\ ü \u0001", customer = "" }
[[target]]
name = "bare-marker"
host = "192.0.2.1"
module = "encap"
transport = "udp"
port = 4500
[[target]]
name = "shorter"
host = "192.0.2.2"
module = "plain"
interval = "300ms"
timeout = "200ms"
[[target]]
name = "follows"
host = "192.0.2.3"
module = "with.dots"
)";

TEST(ConfigText, ReadsBackWithEverything) { ExpectReadsBack(kEverything); }

// Whatever default follows from another key, in a module or a target, must not come back
// differently.
TEST(ConfigText, ReadsBackWhatFollowsFromOtherKeys) {
  ExpectReadsBack(R"(
[probe]
interval = "2s"
[modules.raw]
transport = "tcp-raw"
[modules.slow]
interval = "1h"
[[target]]
name = "a"
host = "192.0.2.1"
module = "raw"
interval = "1s"
[[target]]
name = "b"
host = "192.0.2.1"
module = "slow"
port = 4500
[[target]]
name = "c"
host = "192.0.2.1"
transport = "udp"
port = 4500
[[target]]
name = "d"
host = "192.0.2.1"
module = "raw"
port = 500
transport = "udp-encap"
)");
}

TEST(ConfigText, SaysEverySettingOnce) {
  std::string text = SettingsText({});
  size_t at = 0;
  for (std::string_view key : config::ProbeKeyNames()) {
    std::string line = std::string(key) + " = ";
    EXPECT_EQ(text.substr(at, line.size()), line);
    at = text.find('\n', at) + 1;
  }
  EXPECT_EQ(at, text.size());
}

TEST(ConfigText, HidesTheIdentityOfAggressiveMode) {
  config::Config config = Loaded(R"(
[modules.legacy]
ike_versions = [1]
exchange = "aggressive"
aggressive_id = "group-of-branches"
aggressive_id_type = "key_id"
[[target]]
name = "a"
host = "192.0.2.1"
exchange = "aggressive"
aggressive_id = "group-of-branches"
aggressive_id_type = "fqdn"
)");
  std::string text = Text(config) + SettingsText(*config.modules.at("legacy"));
  EXPECT_EQ(text.find("group-of-branches"), std::string::npos) << text;
  for (std::string_view line :
       {"aggressive_id = \"<secret>\"\n", "aggressive_id_type = \"key_id\"\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace exporter
