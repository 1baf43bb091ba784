#include "exporter/store.h"

#include <gtest/gtest.h>

#include "exporter/metrics/page.h"
#include "probes/audit_result.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Reason;
using std::chrono::milliseconds;

std::shared_ptr<config::Config> ConfigWith(std::vector<std::string> names) {
  auto config = std::make_shared<config::Config>();
  for (std::string& name : names) {
    config->targets.push_back({name, "192.0.2.1", config->defaults, nullptr, nullptr});
  }
  return config;
}

bool Everything(std::string_view) { return true; }

ProbeReport Selected(IkeVersion version, uint16_t group) {
  ProbeReport report;
  report.full_opening = true;
  report.finished_at = 1000;
  report.packets_sent = 2;
  report.packets_received = 2;
  ike::Outcome& outcome = report.outcome;
  outcome.version = version;
  outcome.answer = ike::AnswerKind::kSelected;
  outcome.version_answered = true;
  outcome.ikev2.group = group;
  outcome.rtt = milliseconds(30);
  return report;
}

ProbeReport Silent(IkeVersion version) {
  ProbeReport report;
  report.full_opening = true;
  report.finished_at = 1010;
  report.packets_sent = 3;
  report.outcome.version = version;
  report.outcome.reason = Reason::kTimeout;
  return report;
}

// It asked for a cookie and fell silent.
ProbeReport SilentAfterCookie(IkeVersion version) {
  ProbeReport report = Silent(version);
  report.outcome.answer = ike::AnswerKind::kCookie;
  report.outcome.version_answered = true;
  report.outcome.cookie_required = true;
  return report;
}

std::string WholePage(const std::shared_ptr<const TargetTable>& table, size_t piece) {
  MetricsPage page(table);
  std::string text;
  while (page.Next(piece, &text)) {
  }
  return text;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { table_ = store_.Apply(ConfigWith({"hq", "branch"}), Everything); }

  TargetEntry& hq() { return *table_->Find("hq"); }
  const std::vector<double>& bounds() const { return table_->config->metrics.rtt_buckets; }

  template <typename Read>
  auto Of(IkeVersion version, Read read) {
    return hq().With(
        [&](const ike::Target&, const TargetState& state) { return read(state.of(version)); });
  }

  Store store_;
  std::shared_ptr<const TargetTable> table_;
};

TEST_F(StoreTest, SaysWhenATargetComesUpAndGoesDown) {
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20), bounds()), UpChange::kNone) << "the first";
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20), bounds()), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2), bounds()), UpChange::kDown);
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20), bounds()), UpChange::kUp);
}

TEST_F(StoreTest, SaysOnceThatATargetIsDownFromTheStart) {
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kNone) << "IKEv2 may answer";
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2), bounds()), UpChange::kDown);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2), bounds()), UpChange::kNone);
  table_ = store_.Apply(ConfigWith({"hq"}), Everything);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2), bounds()), UpChange::kNone) << "after a reload";
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20), bounds()), UpChange::kUp);
}

TEST_F(StoreTest, SaysThatATargetIsDownWithAProbeThatFailed) {
  auto config = ConfigWith({"both"});
  auto settings = std::make_shared<ike::ProbeSettings>(*config->targets[0].settings);
  settings->require = ike::Require::kAll;
  auto strict = std::make_shared<config::Config>(*config);
  strict->targets[0].settings = settings;
  table_ = store_.Apply(strict, Everything);
  TargetEntry& both = *table_->Find("both");
  EXPECT_EQ(both.Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kNone);
  EXPECT_EQ(both.Publish(Selected(IkeVersion::kV2, 20), bounds()), UpChange::kNone);
  EXPECT_EQ(both.Publish(Silent(IkeVersion::kV1), bounds()), UpChange::kDown);
}

TEST_F(StoreTest, SilenceAfterACookieLeavesTheChoiceAsItWas) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  hq().Publish(SilentAfterCookie(IkeVersion::kV2), bounds());
  hq().Publish(SilentAfterCookie(IkeVersion::kV1), bounds());
  Of(IkeVersion::kV2, [](const VersionState& state) {
    EXPECT_TRUE(state.negotiated);
    EXPECT_TRUE(state.cookie_required);
    EXPECT_EQ(state.negotiated_at, 1000);
  });
  Of(IkeVersion::kV1, [](const VersionState& state) {
    EXPECT_FALSE(state.fully_opened) << "unknown, not refused";
    EXPECT_TRUE(state.up);
  });
}

TEST_F(StoreTest, AnAnswerOfAnEarlierProbeIsAsOldAsThat) {
  ProbeReport report = Selected(IkeVersion::kV2, 20);
  report.age = std::chrono::seconds(90);
  hq().Publish(report, bounds());
  Of(IkeVersion::kV2, [](const VersionState& state) { EXPECT_EQ(state.negotiated_at, 910); });
}

TEST_F(StoreTest, AnAnswerSetsUpAndKeepsTheSuite) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  Of(IkeVersion::kV2, [](const VersionState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_TRUE(state.negotiated);
    EXPECT_EQ(state.ikev2().group, 20);
    EXPECT_DOUBLE_EQ(state.last_rtt, 0.03);
    EXPECT_EQ(state.packets_sent, 2u);
  });
  Of(IkeVersion::kV1, [](const VersionState& state) { EXPECT_FALSE(state.up); });
}

TEST_F(StoreTest, SilenceKeepsWhatWasLearnt) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  hq().Publish(Silent(IkeVersion::kV2), bounds());
  Of(IkeVersion::kV2, [](const VersionState& state) {
    EXPECT_FALSE(state.up);
    EXPECT_FALSE(state.negotiated);
    EXPECT_TRUE(state.has_suite());
    EXPECT_EQ(state.ikev2().group, 20);
    EXPECT_DOUBLE_EQ(state.last_rtt, 0.03);
    EXPECT_DOUBLE_EQ(state.last_answer, 1000);
    EXPECT_DOUBLE_EQ(state.last_run, 1010);
    EXPECT_EQ(state.failures_of(Reason::kTimeout), 1u);
  });
}

TEST_F(StoreTest, TheExpectedRefusalOfAStatelessOpeningIsNoFailure) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  ProbeReport refusal;
  refusal.full_opening = false;
  refusal.finished_at = 1020;
  refusal.outcome.version = IkeVersion::kV2;
  refusal.outcome.answer = ike::AnswerKind::kErrorNotify;
  refusal.outcome.reason = Reason::kRejected;
  refusal.outcome.version_answered = true;
  hq().Publish(refusal, bounds());
  Of(IkeVersion::kV2, [](const VersionState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_TRUE(state.negotiated);
    EXPECT_EQ(state.last_reason, Reason::kNone);
    EXPECT_EQ(state.failures_of(Reason::kRejected), 0u);
  });
}

ProbeReport Refused(IkeVersion version, bool full_opening) {
  ProbeReport report;
  report.full_opening = full_opening;
  report.finished_at = 1020;
  report.outcome.version = version;
  report.outcome.answer = ike::AnswerKind::kErrorNotify;
  report.outcome.reason = Reason::kRejected;
  report.outcome.version_answered = true;
  return report;
}

TEST_F(StoreTest, ARefusalStandsUntilTheNextFullOpening) {
  hq().Publish(Refused(IkeVersion::kV1, true), bounds());
  hq().Publish(Refused(IkeVersion::kV1, false), bounds());
  Of(IkeVersion::kV1, [](const VersionState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_FALSE(state.negotiated);
    EXPECT_EQ(state.last_reason, Reason::kRejected);
    EXPECT_EQ(state.failures_of(Reason::kRejected), 1u);
  });
  hq().Publish(Selected(IkeVersion::kV1, 14), bounds());
  hq().Publish(Refused(IkeVersion::kV1, false), bounds());
  Of(IkeVersion::kV1,
     [](const VersionState& state) { EXPECT_EQ(state.last_reason, Reason::kNone); });
}

TEST_F(StoreTest, OnlyAFullOpeningSaysThatNothingIsChosen) {
  auto negotiated = [this] {
    std::string page = WholePage(table_, 1 << 20);
    size_t at = page.find("ike_negotiated{target=\"hq\",ike_version=\"2\"} ");
    return at == std::string::npos ? std::string() : page.substr(page.find("} ", at) + 2, 1);
  };
  EXPECT_EQ(negotiated(), "");
  hq().Publish(Refused(IkeVersion::kV2, false), bounds());
  EXPECT_EQ(negotiated(), "");
  hq().Publish(Silent(IkeVersion::kV2), bounds());
  EXPECT_EQ(negotiated(), "0");
  hq().Publish(Selected(IkeVersion::kV2, 14), bounds());
  EXPECT_EQ(negotiated(), "1");
}

TEST_F(StoreTest, UpFollowsWhatIsRequired) {
  auto up = [this] {
    return hq().With([](const ike::Target&, const TargetState& state) { return state.up; });
  };
  hq().Publish(Silent(IkeVersion::kV1), bounds());
  hq().Publish(Selected(IkeVersion::kV2, 14), bounds());
  EXPECT_TRUE(up());
  ike::Target strict = *hq().target();
  auto settings = std::make_shared<ike::ProbeSettings>(*strict.settings);
  settings->require = ike::Require::kAll;
  strict.settings = settings;
  hq().SetTarget(std::make_shared<const ike::Target>(strict), true, bounds().size());
  EXPECT_FALSE(up());
  hq().Publish(Selected(IkeVersion::kV2, 14), bounds());
  EXPECT_FALSE(up());
}

TEST_F(StoreTest, AnAuditJudgedAnewTakesThePlaceOfThatOneOnly) {
  auto audit = [](const char* policy) {
    auto result = std::make_shared<ike::AuditResult>();
    result->success = result->complete = true;
    result->policy = policy;
    return std::shared_ptr<const ike::AuditResult>(std::move(result));
  };
  auto known = [this] {
    return hq().With([](const ike::Target&, const TargetState& state) {
      EXPECT_EQ(state.audit->last, state.audit->last_complete);
      return state.audit->last->policy + " " + std::to_string(state.audit->audits);
    });
  };
  std::vector<std::string> changes;
  auto first = audit("ietf");
  hq().PublishAudit(first, 1000, &changes);
  hq().ReplaceAudit(first, audit("nist"));
  EXPECT_EQ(known(), "nist 1");
  hq().ReplaceAudit(first, audit("bsi"));
  EXPECT_EQ(known(), "nist 1");
}

TEST_F(StoreTest, AReloadKeepsWhatStaysAndForgetsWhatMoved) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  EntryPtr before = table_->entries[0];
  auto next = ConfigWith({"new", "hq"});
  next->targets[0].host = "192.0.2.9";
  auto table = store_.Apply(next, Everything);
  EXPECT_EQ(table->Find("hq"), before);
  EXPECT_EQ(table->Find("branch"), nullptr);
  auto moved = ConfigWith({"hq"});
  moved->targets[0].host = "192.0.2.2";
  EXPECT_NE(store_.Apply(moved, Everything)->entries[0], before);
}

TEST_F(StoreTest, NamesAreFoundInWhateverOrderTheyStand) {
  auto table = store_.Apply(ConfigWith({"m", "z", "a", "hq"}), Everything);
  for (const EntryPtr& entry : table->entries) {
    EXPECT_EQ(table->Find(entry->target()->name), entry);
  }
  for (const char* unknown : {"", "A", "b", "zz"}) EXPECT_EQ(table->Find(unknown), nullptr);
}

// A hundred thousand targets are in memory once: an entry refers to its configuration's.
TEST_F(StoreTest, ATargetIsNotCopiedAndTheOldOneNotKept) {
  EXPECT_EQ(hq().target().get(), &table_->config->targets[0]);
  std::weak_ptr<const config::Config> before = table_->config;
  table_ = store_.Apply(ConfigWith({"branch", "hq"}), Everything);
  EXPECT_EQ(hq().target().get(), &table_->config->targets[1]);
  EXPECT_TRUE(before.expired());
}

TEST_F(StoreTest, AShardHoldsItsTargetsOnly) {
  auto table =
      store_.Apply(ConfigWith({"a", "b", "c"}), [](std::string_view name) { return name == "b"; });
  ASSERT_EQ(table->entries.size(), 1u);
  EXPECT_EQ(table->entries[0]->target()->name, "b");
  EXPECT_EQ(table->Find("b"), table->entries[0]);
  EXPECT_EQ(table->Find("a"), nullptr);
  EXPECT_EQ(table->Find("c"), nullptr);
}

TEST_F(StoreTest, APageIsTheSameWhateverItsPieces) {
  hq().Publish(Selected(IkeVersion::kV2, 20), bounds());
  EXPECT_EQ(WholePage(table_, 1), WholePage(table_, 1 << 20));
  EXPECT_NE(WholePage(table_, 100).find("ike_dh_group{target=\"hq\",ike_version=\"2\"} 20\n"),
            std::string::npos);
}

TEST_F(StoreTest, WhatHasNotBeenLearntIsAbsentAndCountersExistFromTheStart) {
  std::string page = WholePage(table_, 1 << 20);
  EXPECT_EQ(page.find("ike_last_rtt_seconds{"), std::string::npos);
  EXPECT_EQ(page.find("ike_dh_group{"), std::string::npos);
  EXPECT_EQ(page.find("ike_policy_compliant{"), std::string::npos);
  EXPECT_NE(page.find("ike_probe_failures_total{target=\"hq\",ike_version=\"1\","
                      "reason=\"malformed\"} 0\n"),
            std::string::npos);
  EXPECT_NE(
      page.find("ike_probe_last_answer_timestamp_seconds{target=\"hq\",ike_version=\"2\"} 0\n"),
      std::string::npos);
}

}  // namespace
}  // namespace exporter
