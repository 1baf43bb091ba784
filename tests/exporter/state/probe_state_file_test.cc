#include "exporter/state/probe_state_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "exporter/metrics/page.h"
#include "exporter/page/judgement.h"
#include "tests/exporter/targets/full_past.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using test::FullPast;
namespace fs = std::filesystem;

class ProbeStateFileTest : public testing::Test {
 protected:
  ProbeStateFileTest() {
    char directory[] = "/tmp/probe_state_file_test.XXXXXX";
    directory_ = mkdtemp(directory);
  }
  ~ProbeStateFileTest() override { fs::remove_all(directory_); }

  static std::shared_ptr<const TargetTable> TableOf(const std::string& host) {
    auto config = std::make_shared<config::Config>();
    config->targets.push_back({"hq", host, config->defaults, nullptr, nullptr});
    config->targets.push_back({"new", "192.0.2.2", config->defaults, nullptr, nullptr});
    return Store().Apply(config, [](std::string_view) { return true; });
  }

  // As a restart finds it.
  std::shared_ptr<const TargetTable> Restarted(const std::string& host = "vpn.example") {
    auto before = TableOf("vpn.example");
    EXPECT_TRUE(before->Find("hq")->RestoreProbes(FullPast()));
    EXPECT_TRUE(ProbeStateFile(directory_).Save(*before));
    auto after = TableOf(host);
    auto restored = ProbeStateFile(directory_).Load(*after);
    EXPECT_TRUE(restored);
    restored_ = restored.value_or(99);
    return after;
  }

  static ProbeReport Selected(double at) {
    ProbeReport report;
    report.full_opening = true;
    report.finished_at = at;
    report.outcome.version = IkeVersion::kV2;
    report.outcome.answer = ike::AnswerKind::kSelected;
    report.outcome.version_answered = true;
    report.outcome.ikev2 = FullPast().versions[1].ikev2();
    return report;
  }

  static std::string PageOf(const std::shared_ptr<const TargetTable>& table) {
    MetricsPage page(table);
    std::string text;
    while (page.Next(1 << 20, &text)) {
    }
    return text;
  }

  std::string directory_;
  size_t restored_ = 0;
};

TEST_F(ProbeStateFileTest, ARestartInventsNeitherAStateNorASuite) {
  auto table = Restarted();
  EXPECT_EQ(restored_, 1u);
  TargetEntry& hq = *table->Find("hq");
  EXPECT_EQ(hq.Publish(Selected(1790001000)), UpChange::kNone) << "it was up before";
  hq.With([](const ike::Target& target, const TargetState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_EQ(state.up_changed_at, 1790000000.25);
    EXPECT_EQ(state.first_probed_at, 1780000000u);
    const VersionState& v2 = state.of(IkeVersion::kV2);
    EXPECT_EQ(v2.suite_changed_at, 1785000000.5);
    EXPECT_EQ(v2.up_changed_at, 1790000000.25);
    EXPECT_EQ(v2.negotiated_at, 1790001000);
    EXPECT_EQ(LastChange(FactsOf(target, state)).at, 1790000000.25);
  });
}

TEST_F(ProbeStateFileTest, WhatIsKnownFromBeforeIsNoStateOfNow) {
  auto table = Restarted();
  std::string page = PageOf(table);
  EXPECT_EQ(page.find("ike_up{"), std::string::npos);
  EXPECT_EQ(page.find("ike_target_up{"), std::string::npos);
  EXPECT_NE(page.find("ike_probe_last_answer_timestamp_seconds{target=\"hq\",ike_version=\"1\"} "
                      "1789000000\n"),
            std::string::npos);
  const auto condition = [&] {
    return table->Find("hq")->With([](const ike::Target& target, const TargetState& state) {
      return ConditionOf(FactsOf(target, state));
    });
  };
  EXPECT_EQ(condition(), Condition::kWaiting);
  table->Find("hq")->Publish(Selected(1790001000));
  EXPECT_EQ(condition(), Condition::kUp);
}

TEST_F(ProbeStateFileTest, AGatewayThatFellSilentMeanwhileIsSaidToBeDown) {
  auto table = Restarted();
  ProbeReport silent;
  silent.full_opening = true;
  silent.finished_at = 1790001000;
  silent.outcome.reason = ike::Reason::kTimeout;
  silent.outcome.version = IkeVersion::kV1;
  EXPECT_EQ(table->Find("hq")->Publish(silent), UpChange::kNone);
  silent.outcome.version = IkeVersion::kV2;
  EXPECT_EQ(table->Find("hq")->Publish(silent), UpChange::kDown);
}

TEST_F(ProbeStateFileTest, ANameThatMovedInheritsNothing) {
  auto table = Restarted("other.example");
  EXPECT_EQ(restored_, 0u);
  table->Find("hq")->With([](const ike::Target&, const TargetState& state) {
    EXPECT_EQ(state.first_probed_at, 0u);
    EXPECT_FALSE(state.of(IkeVersion::kV2).ever_answered);
  });
}

TEST_F(ProbeStateFileTest, ATargetThatWasProbedSinceKeepsWhatThatShowed) {
  Restarted();
  auto table = TableOf("vpn.example");
  table->Find("hq")->Publish(Selected(1790002000));
  EXPECT_EQ(ProbeStateFile(directory_).Load(*table), 0u);
}

TEST_F(ProbeStateFileTest, ADamagedFileIsSetAside) {
  Restarted();
  std::ofstream(directory_ + "/probes.json", std::ios::app) << "x";
  auto loaded = ProbeStateFile(directory_).Load(*TableOf("vpn.example"));
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().find("probes.json cannot be used: it is damaged: its checksum does not "
                                "match; it is now "),
            std::string::npos)
      << loaded.error();
  EXPECT_FALSE(fs::exists(directory_ + "/probes.json"));
}

TEST_F(ProbeStateFileTest, WithoutAFileNothingIsKnown) {
  EXPECT_EQ(ProbeStateFile(directory_).Load(*TableOf("vpn.example")), 0u);
}

}  // namespace
}  // namespace exporter
