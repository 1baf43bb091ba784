#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/test_path.h"

namespace config {
namespace {

using ike::Transport;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Config LoadValid(const std::string& path) {
  auto config = Load(path);
  if (config) return std::move(*config);
  for (const ConfigError& error : config.error()) ADD_FAILURE() << Format(error);
  return {};
}

Config LoadTestdata(const std::string& name) {
  return LoadValid(TestPath("config/testdata/" + name));
}

const ike::Target& TargetNamed(const Config& config, std::string_view name) {
  static const ike::Target kNone{};
  for (const ike::Target& target : config.targets) {
    if (target.name == name) return target;
  }
  ADD_FAILURE() << "no target " << name;
  return kNone;
}

TEST(Load, AnEmptyFileMeansTheDefaults) {
  const Config config = LoadTestdata("valid-empty.toml");
  EXPECT_EQ(config.web, WebSettings{});
  EXPECT_THAT(config.web.listen, ElementsAre("127.0.0.1:10500"));
  EXPECT_EQ(config.metrics, MetricsSettings{});
  EXPECT_EQ(config.api, ApiSettings{});
  EXPECT_EQ(config.api.allow[0].kind, AllowRule::Kind::kConfigured);
  EXPECT_EQ(*config.defaults, ike::ProbeSettings{});
  EXPECT_EQ(config.packet_rates, (PacketRates{10000, 1000}));
  EXPECT_THAT(config.targets, IsEmpty());
  EXPECT_EQ(config.log.level, "");
}

TEST(Load, TheDocumentedConfigurationNamesTheDefaults) {
  const Config config = LoadTestdata("valid-documented.toml");
  EXPECT_EQ(config.web, WebSettings{});
  EXPECT_EQ(config.metrics, MetricsSettings{});
  EXPECT_EQ(config.api, ApiSettings{});
  ike::ProbeSettings documented;
  documented.ikev1_named = true;  // by the line that has the default
  EXPECT_EQ(*config.defaults, documented);
  EXPECT_EQ(config.files.size(), 3u);
  const ike::Target& target = TargetNamed(config, "hq");
  EXPECT_EQ(target.host, "vpn.example.com");
  EXPECT_EQ(*target.module, "legacy");
  EXPECT_EQ(target.settings, config.modules.at("legacy"));
  EXPECT_TRUE(target.settings->ikev1);
  EXPECT_FALSE(target.settings->ikev2);
  EXPECT_EQ(target.settings->exchange, ike::Ikev1Mode::kAggressive);
  EXPECT_THAT(*target.labels, ElementsAre(Pair("site", "ber")));
}

TEST(Load, IncludesFilesInTheOrderOfTheirNames) {
  const Config config = LoadTestdata("valid-include.toml");
  std::vector<std::string> names;
  for (const ike::Target& target : config.targets) names.push_back(target.name);
  EXPECT_THAT(names, ElementsAre("hq", "berlin", "hamburg", "paris"));
  ASSERT_EQ(config.files.size(), 3u);
  EXPECT_TRUE(config.files[0].ends_with("valid-include.toml"));
  EXPECT_TRUE(config.files[1].ends_with("targets.d/de.toml"));
  EXPECT_TRUE(config.files[2].ends_with("targets.d/fr.toml"));
  EXPECT_EQ(TargetNamed(config, "paris").settings->transport, Transport::kUdpEncap);
}

TEST(Load, ReadsTheSectionsOfTheExporter) {
  const Config config = LoadTestdata("valid-api.toml");
  EXPECT_THAT(config.web.listen, ElementsAre(":10500", "[::1]:10501", "localhost:0"));
  EXPECT_THAT(config.web.hosts, ElementsAre("ike.example.com"));
  EXPECT_EQ(config.web.dashboard_url, "https://grafana.example.com/d/ike?var-target={target}");
  EXPECT_EQ(config.metrics.detail, MetricsDetail::kBasic);
  EXPECT_THAT(config.metrics.rtt_buckets, IsEmpty());
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.packet_rates, (PacketRates{500, 50}));
  EXPECT_THAT(config.api.ports, ElementsAre(10500));
  EXPECT_EQ(config.api.requests_per_second, 0.5);
  EXPECT_EQ(config.api.max_concurrent, 1u);
}

TEST(Load, TypesWhatTheApiAllows) {
  const Config config = LoadTestdata("valid-api.toml");
  using Kind = AllowRule::Kind;
  const auto& allow = config.api.allow;
  ASSERT_EQ(allow.size(), 6u);
  EXPECT_EQ(allow[0].kind, Kind::kConfigured);
  EXPECT_EQ(allow[1].kind, Kind::kAny);
  EXPECT_EQ(allow[2].kind, Kind::kHost);
  EXPECT_EQ(allow[2].host, "vpn.example.com");
  EXPECT_EQ(allow[3].kind, Kind::kNetwork);
  EXPECT_EQ(allow[3].network.address, ike::IpAddress::V4(192, 0, 2, 0));
  EXPECT_EQ(allow[3].network.prefix_length, 24);
  EXPECT_EQ(allow[4].network.prefix_length, 32);
  EXPECT_TRUE(allow[4].network.address.is_v6());
  EXPECT_EQ(allow[5].network.prefix_length, 32);
}

struct Expected {
  const char* name;
  Transport transport;
  uint16_t port;
  milliseconds interval;
  milliseconds timeout;
};

TEST(Load, LaysModulesAndTargetsOverTheDefaults) {
  const Config config = LoadTestdata("valid-layers.toml");
  const Expected cases[] = {
      {"plain", Transport::kUdp, 500, seconds(20), seconds(5)},
      {"nat", Transport::kUdpEncap, 4500, seconds(20), seconds(5)},
      {"bare-4500", Transport::kUdp, 4500, seconds(20), seconds(5)},
      {"encap", Transport::kUdpEncap, 4500, seconds(20), seconds(5)},
      {"tcp", Transport::kTcp, 4500, seconds(20), seconds(5)},
      {"tcp-500", Transport::kTcp, 500, seconds(20), seconds(5)},
      {"tcp-raw", Transport::kTcpRaw, 500, seconds(20), seconds(5)},
      // A timeout that nobody named gives way to a short interval.
      {"legacy", Transport::kUdp, 500, seconds(2), seconds(2)},
      {"patient", Transport::kUdp, 500, minutes(90), minutes(2)},
  };
  for (const Expected& one : cases) {
    const ike::ProbeSettings& settings = *TargetNamed(config, one.name).settings;
    EXPECT_EQ(settings.transport, one.transport) << one.name;
    EXPECT_EQ(settings.port, one.port) << one.name;
    EXPECT_EQ(settings.interval, one.interval) << one.name;
    EXPECT_EQ(settings.timeout, one.timeout) << one.name;
    EXPECT_EQ(settings.source_address, ike::IpAddress::V4(192, 0, 2, 9)) << one.name;
  }
}

TEST(Load, OverridesKeyByKey) {
  const Config config = LoadTestdata("valid-layers.toml");
  const ike::ProbeSettings& legacy = *TargetNamed(config, "legacy").settings;
  EXPECT_FALSE(legacy.ikev2);
  EXPECT_EQ(legacy.aggressive_id, "vpn.example.com");
  EXPECT_EQ(legacy.aggressive_id_type, ike::IdType::kFqdn);
  EXPECT_EQ(legacy.aggressive_dh_group, 2);
  const ike::ProbeSettings& v6 = *TargetNamed(config, "v6").settings;
  EXPECT_TRUE(v6.source_address.empty());
  EXPECT_EQ(v6.require, ike::Require::kAll);
  EXPECT_EQ(TargetNamed(config, "v6").module, nullptr);
}

TEST(Load, ReadsPolicies) {
  const Config config = LoadTestdata("valid-policies.toml");
  const UserPolicy& corp = config.policies.at("corp");
  EXPECT_EQ(corp.name, "corp");
  EXPECT_EQ(corp.extends, "bsi");
  EXPECT_EQ(corp.minimum_strength, 128);
  EXPECT_EQ(corp.minimum_verdict, "acceptable");
  EXPECT_EQ(corp.allow_ikev1, false);
  EXPECT_EQ(corp.allow_aggressive_mode, false);
  EXPECT_EQ(corp.require_post_quantum, true);
  EXPECT_THAT(corp.allow.at("encryption"), ElementsAre("ENCR_AES_GCM_16_256", "ENCR_AES_CBC_256"));
  EXPECT_THAT(corp.allow.at("dh"), ElementsAre("19", "20", "21"));
  EXPECT_THAT(corp.deny.at("prf"), ElementsAre("PRF_HMAC_SHA1"));
  const UserPolicy& lab = config.policies.at("lab");
  EXPECT_EQ(lab.extends, "ietf");
  EXPECT_EQ(lab.allow_ikev1, std::nullopt);
  EXPECT_EQ(TargetNamed(config, "hq").settings->policy, "corp");
  EXPECT_EQ(TargetNamed(config, "lab").settings->policy, "lab");
}

TEST(Load, TakesUnusualButRightForms) {
  const Config config = LoadTestdata("valid-names.toml");
  EXPECT_EQ(config.defaults->audit_interval, milliseconds(0));
  EXPECT_EQ(config.defaults->interval, hours(24 * 9 + 3) + minutes(4) + milliseconds(5006));
  const ike::Target& odd = TargetNamed(config, "9:a.b_c-d");
  EXPECT_EQ(odd.host, "vpn_gw.example.com.");
  EXPECT_THAT(*odd.labels, ElementsAre(Pair("Site_1", "Köln, \"Dom\"\n"), Pair("_x", "")));
  EXPECT_EQ(TargetNamed(config, "link-local").host, "fe80::1%1");
  EXPECT_EQ(TargetNamed(config, "loopback").settings->timeout, milliseconds(10));
}

TEST(Load, TheShippedExampleNamesTheDefaults) {
  const Config config = LoadValid(TestPath("../config/ike_exporter.toml"));
  EXPECT_EQ(config.web, WebSettings{});
  EXPECT_EQ(config.metrics, MetricsSettings{});
  EXPECT_EQ(config.api, ApiSettings{});
  EXPECT_EQ(*config.defaults, ike::ProbeSettings{});
  EXPECT_EQ(config.packet_rates, PacketRates{});
  EXPECT_EQ(config.log.level, "info");
}

class LoadInFolder : public testing::Test {
 protected:
  LoadInFolder() {
    char pattern[] = "/tmp/ike_config_XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~LoadInFolder() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::string folder_;
};

TEST_F(LoadInFolder, TakesMoreTargetsFromFurtherFiles) {
  const std::string main = Write("main.toml", "[modules.m]\nike_versions = [2]\n");
  const std::string more =
      Write("more.toml", "[[target]]\nname = \"a\"\nhost = \"192.0.2.1\"\nmodule = \"m\"\n");
  const auto config = Load(std::vector<std::string>{main, more, more, main});
  ASSERT_TRUE(config);
  EXPECT_THAT(config->files, ElementsAre(main, more));
  EXPECT_FALSE(TargetNamed(*config, "a").settings->ikev1);
}

TEST_F(LoadInFolder, ReportsTheMistakesOfEveryFile) {
  const std::string main = Write("main.toml", "nonsense = 1\n");
  const std::string more = Write("more.toml", "[web]\n");
  const std::string none = folder_ + "/none.toml";
  const auto config = Load(std::vector<std::string>{main, more, none});
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 3u);
  EXPECT_EQ(config.error()[0].file, main);
  EXPECT_EQ(config.error()[1].file, more);
  EXPECT_EQ(config.error()[2].file, none);
  EXPECT_EQ(config.error()[2].message,
            "cannot be read: No such file or directory; expected a file of [[target]] tables");
}

// What the others need of the first is not known then.
TEST_F(LoadInFolder, ASyntaxErrorOfTheFirstFileIsTheOnlyOne) {
  const std::string main = Write("main.toml", "[probe\n");
  const std::string more = Write("more.toml", "[[target]]\nname = \"a\"\nmodule = \"m\"\n");
  const auto config = Load(std::vector<std::string>{main, more});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().size(), 1u);
}

TEST_F(LoadInFolder, TheHashShowsEveryChange) {
  const std::string main = Write("main.toml", "include = [\"t.toml\"]\n");
  Write("t.toml", "[[target]]\nname = \"a\"\nhost = \"192.0.2.1\"\n");
  const uint64_t before = LoadValid(main).content_hash;
  EXPECT_EQ(LoadValid(main).content_hash, before);
  Write("t.toml", "[[target]]\nname = \"b\"\nhost = \"192.0.2.1\"\n");
  EXPECT_NE(LoadValid(main).content_hash, before);
}

TEST_F(LoadInFolder, ReadsAByteOrderMarkAndWindowsLineEnds) {
  const std::string path = Write("main.toml", "\xef\xbb\xbf[probe]\r\ninterval = \"7s\"\r\n");
  EXPECT_EQ(LoadValid(path).defaults->interval, seconds(7));
}

TEST_F(LoadInFolder, RefusesBytesThatAreNoUtf8) {
  const auto config = Load(Write("main.toml", "[web]\nhosts = [\"\xff\xfe\"]\n"));
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1u);
  EXPECT_EQ(config.error()[0].line, 2u);
}

TEST_F(LoadInFolder, NamesTheIncludedFileThatCannotBeRead) {
  const std::string main = Write("main.toml", "\ninclude = [\"t.toml\"]\n");
  std::filesystem::create_directory(folder_ + "/t.toml");
  const auto config = Load(main);
  ASSERT_FALSE(config);
  EXPECT_EQ(Format(config.error()[0]), main + ":2:12: include: \"" + folder_ +
                                           "/t.toml\" cannot be read: Is a directory; expected a "
                                           "file of [[target]] tables");
}

TEST_F(LoadInFolder, DoesNotWaitForAPipe) {
  ASSERT_EQ(mkfifo((folder_ + "/t.toml").c_str(), 0600), 0);
  const auto config = Load(Write("main.toml", "include = [\"t.toml\"]\n"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error()[0].message, "include: \"t.toml\" leads to \"" + folder_ +
                                           "/t.toml\", a device or pipe; expected regular files");
}

TEST(LoadText, ReadsATextWithoutItsIncludes) {
  const auto config = LoadText("include = [\"none.toml\"]\n[probe]\ntimeout = \"1s\"\n", "text");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->defaults->timeout, seconds(1));
  const auto wrong = LoadText("include = [1]\n", "text");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(Format(wrong.error()[0]),
            "text:1:12: include: found an integer (1); expected a list of files such as "
            "[\"targets.d/*.toml\"]");
}

TEST_F(LoadInFolder, FollowsAbsolutePatterns) {
  Write("t.toml", "[[target]]\nname = \"a\"\nhost = \"192.0.2.1\"\n");
  std::filesystem::create_directory(folder_ + "/sub");
  const std::string main = Write("sub/main.toml", "include = [\"" + folder_ + "/*.toml\"]\n");
  EXPECT_EQ(LoadValid(main).targets.size(), 1u);
}

}  // namespace
}  // namespace config
