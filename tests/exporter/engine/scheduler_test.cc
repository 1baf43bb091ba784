// When targets are probed, in virtual time: nobody answers.
#include "exporter/engine/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/simulated_gateway.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using std::chrono::minutes;
using std::chrono::seconds;

class Silence final : public VirtualPeer {
 public:
  void OnSent(ExchangeHandle, const ExchangeJob&, ike::ByteSpan) override {}
};

class SchedulerTest : public testing::Test {
 protected:
  // `count` targets of one address each.
  std::shared_ptr<const TargetTable> TableOf(int count, ike::ProbeSettings settings) {
    auto config = std::make_shared<config::Config>();
    const auto shared = std::make_shared<const ike::ProbeSettings>(settings);
    for (int i = 0; i < count; ++i) {
      const std::string host =
          "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
      config->targets.push_back({"t" + std::to_string(i), host, shared, nullptr, nullptr});
    }
    return store_.Apply(config, [](std::string_view) { return true; });
  }

  void Apply(const std::shared_ptr<const TargetTable>& table, uint32_t rate = 10000) {
    table_ = table;
    scheduler_.Apply(table, rate);
    while (scheduler_.Reconcile(engine_.now())) {
    }
  }

  void RunFor(ike::Duration duration) {
    const ike::TimePoint end = engine_.now() + duration;
    while (engine_.NextEvent() <= end) {
      engine_.RunUntil(engine_.NextEvent());
      scheduler_.StartDue(engine_.now());
      Note();
    }
    engine_.RunUntil(end);
  }

  // How many versions have been probed to the end, of all targets.
  int Probed() const {
    int probed = 0;
    for (const EntryPtr& entry : table_->entries) {
      entry->With([&](const ike::Target&, const TargetState& state) {
        for (const VersionState& version : state.versions) probed += version.probed() ? 1 : 0;
      });
    }
    return probed;
  }

  // Finished probes of all targets.
  size_t Probes() const {
    size_t probes = 0;
    for (const EntryPtr& entry : table_->entries) {
      entry->With([&](const ike::Target&, const TargetState& state) {
        for (const VersionState& version : state.versions) probes += version.probes;
      });
    }
    return probes;
  }

  // When each version of each target was last probed.
  std::vector<double> LastRuns() const {
    std::vector<double> times;
    for (const EntryPtr& entry : table_->entries) {
      entry->With([&](const ike::Target&, const TargetState& state) {
        for (const VersionState& version : state.versions) times.push_back(version.last_run);
      });
    }
    return times;
  }

  static ike::ProbeSettings Slow() {
    ike::ProbeSettings settings;
    settings.interval = minutes(10);
    settings.audit_interval = {};
    return settings;
  }

  RealShares shares_;
  Silence silence_;
  VirtualEngine engine_{&shares_, &silence_};
  EngineStats stats_;
  Store store_;
  std::shared_ptr<const TargetTable> table_;
  std::vector<ike::TimePoint> started_;  // of every exchange
  std::vector<ike::TimePoint> audited_;
  Scheduler scheduler_{&engine_.services, &stats_, [](std::string_view) { return true; }};

 private:
  void Note() {
    started_.resize(engine_.exchanger.jobs().size(), engine_.now());
    while (scheduler_.TakeDueAudit() != nullptr) audited_.push_back(engine_.now());
  }
};

TEST_F(SchedulerTest, TheFirstRoundDoesNotWaitForTheInterval) {
  Apply(TableOf(100, Slow()));
  RunFor(seconds(30));
  EXPECT_GE(started_.size(), 200u);
  RunFor(seconds(6));  // the timeout of the last
  EXPECT_EQ(Probed(), 200);
}

TEST_F(SchedulerTest, TheFirstRoundIsSpread) {
  Apply(TableOf(300, Slow()));
  RunFor(seconds(31));
  ASSERT_GE(started_.size(), 600u);
  std::map<int64_t, int> each_second;
  for (ike::TimePoint at : started_) ++each_second[(at - VirtualEngine::kStart) / seconds(1)];
  for (const auto& [second, count] : each_second) EXPECT_LE(count, 60) << second;
}

TEST_F(SchedulerTest, TheFirstRoundKeepsToThePacketRate) {
  Apply(TableOf(300, Slow()), 5);
  RunFor(seconds(30));
  EXPECT_LE(started_.size(), 30u * 5 * 2) << "IKEv1 follows 15 s later";
  RunFor(seconds(120));
  EXPECT_GE(started_.size(), 600u);
}

TEST_F(SchedulerTest, AfterItTheStablePhasesTakeOver) {
  Apply(TableOf(50, Slow()));
  RunFor(seconds(45));
  const size_t first = Probes();
  RunFor(minutes(10));
  EXPECT_EQ(Probes() - first, 100u) << "each version once in an interval";
  const std::vector<double> once = LastRuns();
  RunFor(minutes(10));
  ASSERT_EQ(Probes() - first, 200u);
  const std::vector<double> twice = LastRuns();
  for (size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(twice[i] - once[i], 600, 0.01);
}

TEST_F(SchedulerTest, ATargetThatAReloadAddsIsProbedSoon) {
  Apply(TableOf(1, Slow()));
  RunFor(minutes(3));
  const size_t before = started_.size();
  Apply(TableOf(2, Slow()));
  RunFor(seconds(36));
  EXPECT_EQ(Probed(), 4);
  EXPECT_GE(started_.size(), before + 2);
}

TEST_F(SchedulerTest, AVersionThatAReloadAddsIsProbedSoon) {
  ike::ProbeSettings settings = Slow();
  settings.ikev1 = false;
  Apply(TableOf(1, settings));
  RunFor(minutes(3));
  EXPECT_EQ(Probed(), 1);
  Apply(TableOf(1, Slow()));
  RunFor(seconds(36));
  EXPECT_EQ(Probed(), 2);
}

TEST_F(SchedulerTest, AuditsBeginAfterTheFirstRound) {
  ike::ProbeSettings settings = Slow();
  settings.audit_interval = minutes(60);
  Apply(TableOf(20, settings));
  RunFor(minutes(3));
  ASSERT_EQ(audited_.size(), 20u);
  EXPECT_GE(audited_.front() - VirtualEngine::kStart, seconds(30));
}

TEST_F(SchedulerTest, ShortIntervalsAreTheirOwnFirstRound) {
  ike::ProbeSettings settings = Slow();
  settings.interval = seconds(10);
  settings.timeout = seconds(2);
  settings.audit_interval = minutes(1);
  Apply(TableOf(20, settings));
  RunFor(seconds(12));
  EXPECT_EQ(Probed(), 40);
  RunFor(seconds(80));
  ASSERT_FALSE(audited_.empty());
  EXPECT_GE(audited_.front() - VirtualEngine::kStart, seconds(10));
}

}  // namespace
}  // namespace exporter::test
