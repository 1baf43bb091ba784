#include "exporter/targets/store.h"

#include <gtest/gtest.h>

#include <sstream>

#include "exporter/metrics/page.h"
#include "probes/audit/audit_result.h"

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

  template <typename Read>
  auto Of(IkeVersion version, Read read) {
    return hq().With(
        [&](const ike::Target&, const TargetState& state) { return read(state.of(version)); });
  }

  Store store_;
  std::shared_ptr<const TargetTable> table_;
};

TEST_F(StoreTest, SaysWhenATargetComesUpAndGoesDown) {
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1)), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20)), UpChange::kNone) << "the first";
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20)), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1)), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2)), UpChange::kDown);
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20)), UpChange::kUp);
}

TEST_F(StoreTest, SaysOnceThatATargetIsDownFromTheStart) {
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1)), UpChange::kNone) << "IKEv2 may answer";
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2)), UpChange::kDown);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV1)), UpChange::kNone);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2)), UpChange::kNone);
  table_ = store_.Apply(ConfigWith({"hq"}), Everything);
  EXPECT_EQ(hq().Publish(Silent(IkeVersion::kV2)), UpChange::kNone) << "after a reload";
  EXPECT_EQ(hq().Publish(Selected(IkeVersion::kV2, 20)), UpChange::kUp);
}

TEST_F(StoreTest, SaysThatATargetIsDownWithAProbeThatFailed) {
  auto config = ConfigWith({"both"});
  auto settings = std::make_shared<ike::ProbeSettings>(*config->targets[0].settings);
  settings->require = ike::Require::kAll;
  auto strict = std::make_shared<config::Config>(*config);
  strict->targets[0].settings = settings;
  table_ = store_.Apply(strict, Everything);
  TargetEntry& both = *table_->Find("both");
  EXPECT_EQ(both.Publish(Silent(IkeVersion::kV1)), UpChange::kNone);
  EXPECT_EQ(both.Publish(Selected(IkeVersion::kV2, 20)), UpChange::kNone);
  EXPECT_EQ(both.Publish(Silent(IkeVersion::kV1)), UpChange::kDown);
}

TEST_F(StoreTest, SilenceAfterACookieLeavesTheChoiceAsItWas) {
  hq().Publish(Selected(IkeVersion::kV2, 20));
  hq().Publish(SilentAfterCookie(IkeVersion::kV2));
  hq().Publish(SilentAfterCookie(IkeVersion::kV1));
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
  hq().Publish(report);
  Of(IkeVersion::kV2, [](const VersionState& state) { EXPECT_EQ(state.negotiated_at, 910); });
}

TEST_F(StoreTest, AnAnswerSetsUpAndKeepsTheSuite) {
  hq().Publish(Selected(IkeVersion::kV2, 20));
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
  hq().Publish(Selected(IkeVersion::kV2, 20));
  hq().Publish(Silent(IkeVersion::kV2));
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

// It has not looked at what was offered, however often it asks.
TEST_F(StoreTest, AnEndpointThatOnlyAsksForCookiesRefusesNothing) {
  ProbeReport cookies;
  cookies.full_opening = true;
  cookies.finished_at = 1020;
  cookies.outcome.version = IkeVersion::kV2;
  cookies.outcome.answer = ike::AnswerKind::kCookie;
  cookies.outcome.reason = Reason::kRejected;
  cookies.outcome.version_answered = cookies.outcome.cookie_required = true;
  hq().Publish(cookies);
  EXPECT_EQ(WholePage(table_, 1 << 20).find("ike_negotiated{target=\"hq\",ike_version=\"2\"}"),
            std::string::npos);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  hq().Publish(cookies);
  cookies.outcome.reason = Reason::kTimeout;  // silence after a cookie
  hq().Publish(cookies);
  Of(IkeVersion::kV2, [](const VersionState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_TRUE(state.negotiated);
    EXPECT_FALSE(state.refused);
    EXPECT_TRUE(state.cookie_required);
    EXPECT_EQ(state.failures_of(Reason::kRejected), 0u);
    EXPECT_EQ(state.failures_of(Reason::kTimeout), 0u);
  });
}

TEST_F(StoreTest, TheExpectedRefusalOfAStatelessOpeningIsNoFailure) {
  hq().Publish(Selected(IkeVersion::kV2, 20));
  ProbeReport refusal;
  refusal.full_opening = false;
  refusal.finished_at = 1020;
  refusal.outcome.version = IkeVersion::kV2;
  refusal.outcome.answer = ike::AnswerKind::kErrorNotify;
  refusal.outcome.reason = Reason::kRejected;
  refusal.outcome.version_answered = true;
  hq().Publish(refusal);
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
  hq().Publish(Refused(IkeVersion::kV1, true));
  hq().Publish(Refused(IkeVersion::kV1, false));
  Of(IkeVersion::kV1, [](const VersionState& state) {
    EXPECT_TRUE(state.up);
    EXPECT_FALSE(state.negotiated);
    EXPECT_EQ(state.last_reason, Reason::kRejected);
    EXPECT_EQ(state.failures_of(Reason::kRejected), 1u);
  });
  hq().Publish(Selected(IkeVersion::kV1, 14));
  hq().Publish(Refused(IkeVersion::kV1, false));
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
  hq().Publish(Refused(IkeVersion::kV2, false));
  EXPECT_EQ(negotiated(), "");
  hq().Publish(Silent(IkeVersion::kV2));
  EXPECT_EQ(negotiated(), "0");
  hq().Publish(Selected(IkeVersion::kV2, 14));
  EXPECT_EQ(negotiated(), "1");
}

TEST_F(StoreTest, NothingIsUpOrDownBeforeAProbeHasEnded) {
  const auto up = [this] {
    return hq().With([](const ike::Target& target, const TargetState& state) {
      return TargetUp(*target.settings, state.versions);
    });
  };
  std::string page = WholePage(table_, 1 << 20);
  EXPECT_EQ(page.find("ike_up{"), std::string::npos);
  EXPECT_EQ(page.find("ike_target_up{"), std::string::npos);
  hq().Publish(Silent(IkeVersion::kV1));
  page = WholePage(table_, 1 << 20);
  EXPECT_NE(page.find("ike_up{target=\"hq\",ike_version=\"1\"} 0\n"), std::string::npos);
  EXPECT_EQ(page.find("ike_up{target=\"hq\",ike_version=\"2\"}"), std::string::npos);
  EXPECT_EQ(page.find("ike_target_up{"), std::string::npos) << "IKEv2 may answer";
  hq().Publish(Silent(IkeVersion::kV2));
  EXPECT_EQ(up(), false);
  hq().Publish(Selected(IkeVersion::kV2, 14));
  EXPECT_EQ(up(), true);
}

TEST_F(StoreTest, WhereAllVersionsAreRequiredOneThatFailsDecides) {
  ike::ProbeSettings settings;
  settings.require = ike::Require::kAll;
  VersionStates versions;
  EXPECT_EQ(TargetUp(settings, versions), std::nullopt);
  versions[1].probes = 1;
  versions[1].up = true;
  EXPECT_EQ(TargetUp(settings, versions), std::nullopt);
  versions[0].probes = 1;
  EXPECT_EQ(TargetUp(settings, versions), false);
  versions[0].up = true;
  EXPECT_EQ(TargetUp(settings, versions), true);
  versions[1] = VersionState();
  versions[0].up = false;
  EXPECT_EQ(TargetUp(settings, versions), false);
}

TEST_F(StoreTest, CountsTheTimeUpWhereItIsKnown) {
  const auto down = [this] {
    return hq().With([](const ike::Target&, const TargetState& state) {
      const Uptime::Share share = state.history->uptime().LastDay(1100);
      return std::pair(share.known, share.down);
    });
  };
  const auto publish = [this](ProbeReport report, double at) {
    report.finished_at = at;
    hq().Publish(report);
  };
  publish(Silent(IkeVersion::kV1), 1000);
  publish(Silent(IkeVersion::kV2), 1010);
  EXPECT_EQ(down(), (std::pair(0.0, 0.0))) << "not known before";
  publish(Selected(IkeVersion::kV2, 14), 1030);
  EXPECT_EQ(down(), (std::pair(20.0, 20.0)));
  publish(Silent(IkeVersion::kV1), 1040);
  EXPECT_EQ(down(), (std::pair(30.0, 20.0)));
  publish(Silent(IkeVersion::kV1), 2040);
  EXPECT_EQ(down(), (std::pair(30.0, 20.0))) << "the machine slept";
}

TEST_F(StoreTest, UpFollowsWhatIsRequired) {
  auto up = [this] {
    return hq().With([](const ike::Target&, const TargetState& state) { return state.up; });
  };
  hq().Publish(Silent(IkeVersion::kV1));
  hq().Publish(Selected(IkeVersion::kV2, 14));
  EXPECT_TRUE(up());
  ike::Target strict = *hq().target();
  auto settings = std::make_shared<ike::ProbeSettings>(*strict.settings);
  settings->require = ike::Require::kAll;
  strict.settings = settings;
  hq().SetTarget(std::make_shared<const ike::Target>(strict), true, nullptr);
  EXPECT_FALSE(up());
  hq().Publish(Selected(IkeVersion::kV2, 14));
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
  hq().Publish(Selected(IkeVersion::kV2, 20));
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

// The rows of ike_rtt_seconds of "hq" and IKEv2, as the rest of a page that began with `table`.
std::string RttRows(MetricsPage* page) {
  std::string text;
  while (page->Next(1, &text)) {
  }
  std::istringstream lines(text);
  std::string rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("ike_rtt_seconds_") && line.find("hq\",ike_version=\"2\"") != line.npos) {
      rows += line.substr(line.find('2') + 2) + "\n";
    }
  }
  return rows;
}

std::shared_ptr<config::Config> WithBuckets(std::vector<double> bounds) {
  auto config = ConfigWith({"hq", "branch"});
  config->metrics.rtt_buckets = std::move(bounds);
  return config;
}

// Bounds and counts are one object, so a page that began before a reload never pairs the bounds of
// one configuration with the counts of the other.
TEST_F(StoreTest, APageUnderWayShowsWholeHistogramsAfterAReload) {
  table_ = store_.Apply(WithBuckets({0.01, 0.02, 0.03, 0.04}), Everything);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  MetricsPage page(table_);
  std::string beginning;
  page.Next(1, &beginning);
  store_.Apply(WithBuckets({0.1}), Everything);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  EXPECT_EQ(RttRows(&page), "} 1\n} 0.03\n,le=\"0.1\"} 1\n,le=\"+Inf\"} 1\n");
}

TEST_F(StoreTest, OtherBucketsOfTheSameNumberBeginAnew) {
  table_ = store_.Apply(WithBuckets({0.01, 0.1}), Everything);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  table_ = store_.Apply(WithBuckets({0.01, 0.1}), Everything);
  MetricsPage same(table_);
  EXPECT_EQ(RttRows(&same), "} 1\n} 0.03\n,le=\"0.01\"} 0\n,le=\"0.1\"} 1\n,le=\"+Inf\"} 1\n");
  table_ = store_.Apply(WithBuckets({0.01, 0.02}), Everything);
  MetricsPage other(table_);
  EXPECT_EQ(RttRows(&other), "} 0\n} 0\n,le=\"0.01\"} 0\n,le=\"0.02\"} 0\n,le=\"+Inf\"} 0\n");
}

TEST_F(StoreTest, BoundsAreTheDecimalsThatWereConfigured) {
  table_ = store_.Apply(WithBuckets({0.009, 0.07}), Everything);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  MetricsPage page(table_);
  EXPECT_EQ(RttRows(&page), "} 1\n} 0.03\n,le=\"0.009\"} 0\n,le=\"0.07\"} 1\n,le=\"+Inf\"} 1\n");
}

TEST_F(StoreTest, NoHistogramWithoutBuckets) {
  table_ = store_.Apply(WithBuckets({}), Everything);
  hq().Publish(Selected(IkeVersion::kV2, 20));
  MetricsPage page(table_);
  EXPECT_EQ(RttRows(&page), "");
}

TEST_F(StoreTest, AVersionThatIsNoLongerProbedIsForgotten) {
  auto probing = [](bool ikev1) {
    auto config = ConfigWith({"hq"});
    auto settings = std::make_shared<ike::ProbeSettings>();
    settings->ikev1 = ikev1;
    config->targets[0].settings = settings;
    return config;
  };
  hq().Publish(Selected(IkeVersion::kV1, 14));
  hq().Publish(Selected(IkeVersion::kV2, 20));
  table_ = store_.Apply(probing(false), Everything);
  hq().Publish(Selected(IkeVersion::kV1, 14));  // was under way
  table_ = store_.Apply(probing(true), Everything);
  Of(IkeVersion::kV1, [](const VersionState& state) {
    EXPECT_FALSE(state.up);
    EXPECT_EQ(state.probes, 0u);
    EXPECT_FALSE(state.has_suite());
  });
  Of(IkeVersion::kV2, [](const VersionState& state) { EXPECT_TRUE(state.up); });
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
  hq().Publish(Selected(IkeVersion::kV2, 20));
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
