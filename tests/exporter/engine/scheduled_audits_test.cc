// Scheduled audits: each that comes due stays due until it is taken, in the order of their times.
#include <gtest/gtest.h>

#include <set>

#include "exporter/engine/scheduler.h"
#include "exporter/log/log.h"
#include "tests/support/simulated_gateway.h"

namespace exporter::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::shared_ptr<const config::Config> Fleet(size_t targets,
                                            std::chrono::milliseconds audit_interval) {
  auto config = std::make_shared<config::Config>();
  auto settings = std::make_shared<ike::ProbeSettings>();
  settings->interval = hours(100);
  settings->ikev1 = false;
  settings->audit_interval = audit_interval;
  for (size_t i = 0; i < targets; ++i) {
    config->targets.push_back({"t" + std::to_string(i), "127.0.0.9", settings, nullptr, nullptr});
  }
  return config;
}

class Bench {
 public:
  Bench() : gateway_("ikev2 = \"refuse\"\n"), engine_(&shares_, &gateway_) {
    gateway_.Attach(&engine_);
    scheduler.emplace(&engine_.services, &stats_, [](std::string_view) { return true; });
  }

  void Apply(size_t targets, std::chrono::milliseconds audit_interval = hours(1)) {
    scheduler->Apply(store_.Apply(Fleet(targets, audit_interval), [](auto) { return true; }),
                     10000);
    while (scheduler->Reconcile(engine_.now())) {
    }
  }
  void RunFor(ike::Duration duration) {
    const ike::TimePoint end = engine_.now() + duration;
    while (engine_.NextEvent() <= end) {
      engine_.RunUntil(engine_.NextEvent());
      scheduler->StartDue(engine_.now());
    }
    engine_.RunUntil(end);
  }
  std::set<std::string> Take(size_t count) {
    std::set<std::string> names;
    for (size_t i = 0; i < count; ++i) {
      if (const EntryPtr entry = scheduler->TakeDueAudit()) names.insert(entry->target()->name);
    }
    return names;
  }

 private:
  RealShares shares_;
  SimulatedGateway gateway_;
  VirtualEngine engine_;
  EngineStats stats_;
  Store store_;

 public:
  std::optional<Scheduler> scheduler;
};

TEST(ScheduledAudits, NoDueAuditIsDroppedHoweverManyWait) {
  Bench bench;
  bench.Apply(10000);
  bench.RunFor(minutes(31));
  EXPECT_EQ(bench.scheduler->audits_due(), 10000u) << "in the first half of the interval";
  EXPECT_EQ(bench.Take(10000).size(), 10000u);
  EXPECT_EQ(bench.scheduler->audits_due(), 0u);
  EXPECT_EQ(bench.scheduler->TakeDueAudit(), nullptr);
}

TEST(ScheduledAudits, TheAuditThatHasBeenDueForLongestIsTakenFirst) {
  Bench early;
  early.Apply(500);
  early.RunFor(minutes(2));
  const size_t count = early.scheduler->audits_due();
  ASSERT_GT(count, 100u);
  Bench late;
  late.Apply(500);
  late.RunFor(minutes(40));
  ASSERT_EQ(late.scheduler->audits_due(), 500u);
  EXPECT_EQ(late.Take(count), early.Take(count));
}

TEST(ScheduledAudits, SaysOnceThatAuditsTakeLongerThanTheirInterval) {
  Bench bench;
  bench.Apply(100);
  bench.RunFor(minutes(59));
  const uint64_t before = LogLines(LogLevel::kWarn);
  EXPECT_EQ(bench.scheduler->audits_due(), 100u);
  bench.RunFor(minutes(60));
  EXPECT_EQ(LogLines(LogLevel::kWarn), before + 1);
  EXPECT_EQ(bench.scheduler->audits_due(), 100u) << "each waits once";
}

TEST(ScheduledAudits, AuditsThatAReloadRemovesAreNotDueAnyMore) {
  Bench bench;
  bench.Apply(100);
  bench.RunFor(minutes(31));
  bench.Apply(40);
  EXPECT_EQ(bench.scheduler->audits_due(), 40u);
  EXPECT_EQ(bench.Take(100).size(), 40u);
  bench.RunFor(minutes(60));
  EXPECT_EQ(bench.scheduler->audits_due(), 40u);
  bench.Apply(40, std::chrono::milliseconds(0));
  EXPECT_EQ(bench.scheduler->audits_due(), 0u);
  EXPECT_EQ(bench.scheduler->TakeDueAudit(), nullptr);
}

}  // namespace
}  // namespace exporter::test
