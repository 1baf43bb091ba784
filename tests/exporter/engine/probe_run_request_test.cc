// Probes on request against simulated gateways, in virtual time: they have no earlier probe to
// learn from and no next one to make up for it.
#include <gtest/gtest.h>

#include "exporter/engine/probe_run.h"
#include "tests/exporter/engine/prober.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using ike::OpeningKind;
using ike::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProbeOnRequest, WaitsForTheBudgetWithinItsDeadline) {
  Prober prober(kStrongSwanLimits);
  const ike::IpAddress address = ike::IpAddress::V4(127, 0, 0, 9);
  HalfOpenBudget& budget = prober.engine.budget;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(
        budget.TryTake(address, 3, HalfOpenBudget::Requester::kOnRequest, prober.engine.now()));
  }
  ProbeSpec order = prober.Order();
  order.scheduled = false;
  order.timeout = seconds(15);
  const ProbeResult without_suite = prober.Probe(order);
  EXPECT_TRUE(without_suite.report.outcome.version_answered);
  EXPECT_FALSE(without_suite.report.full_opening);
  EXPECT_EQ(prober.TakeKinds(), Kinds{kRefusal});

  order.need_suite = true;
  EXPECT_EQ(prober.Probe(order).end, ProbeEnd::kNoBudget);
  EXPECT_EQ(prober.TakeKinds(), Kinds{kRefusal}) << "a gateway that is silent is no spent budget";

  order.timeout = seconds(60);
  const ProbeResult waited = prober.Probe(order);
  EXPECT_TRUE(waited.report.outcome.selected());
  EXPECT_GE(waited.report.duration, seconds(29));
  EXPECT_FALSE(
      budget.StandingOf(address, 3, HalfOpenBudget::Requester::kScheduled, prober.engine.now())
          .contended)
      << "it waits no longer";
}

void SpendBudget(Prober* prober) {
  for (int i = 0; i < 3; ++i) {
    prober->engine.budget.ForceTake(ike::IpAddress::V4(127, 0, 0, 9), prober->engine.now());
  }
}

TEST(ProbeOnRequest, AnEarlierAnswerStandsInWhereNoSlotComes) {
  Prober prober(kStrongSwanLimits);
  ASSERT_TRUE(prober.Probe().report.outcome.selected());  // scheduled
  prober.engine.RunFor(seconds(40));
  SpendBudget(&prober);
  prober.TakeKinds();
  ProbeSpec order = prober.Order();
  order.scheduled = false;
  order.keep_details = true;
  for (const bool need_suite : {false, true}) {
    order.need_suite = need_suite;
    const ProbeResult result = prober.Probe(order);
    EXPECT_EQ(result.end, ProbeEnd::kProbed);
    EXPECT_TRUE(result.report.outcome.selected());
    EXPECT_EQ(result.report.outcome.ikev2.group, 14);
    EXPECT_TRUE(result.report.full_opening);
    ASSERT_TRUE(result.report.age);
    EXPECT_GE(*result.report.age, seconds(40));
    EXPECT_FALSE(result.report.outcome.details.payloads.empty());
    EXPECT_EQ(prober.TakeKinds(), Kinds{kRefusal}) << "to see whether it is still there";
  }
  prober.engine.RunFor(RecentAnswers::kLifetime);
  SpendBudget(&prober);
  EXPECT_EQ(prober.Probe(order).end, ProbeEnd::kNoBudget) << "it is too old by then";
}

TEST(ProbeOnRequest, AGatewayThatFellSilentIsNotAnsweredForByAnEarlierAnswer) {
  Prober prober(kStrongSwanLimits);
  ASSERT_TRUE(prober.Probe().report.outcome.selected());
  prober.memory = {};  // a request has none
  prober.gateway.loses = [](ike::ByteSpan) { return true; };
  SpendBudget(&prober);
  ProbeSpec order = prober.Order();
  order.scheduled = false;
  order.need_suite = true;
  const ProbeResult result = prober.Probe(order);
  EXPECT_EQ(result.end, ProbeEnd::kProbed);
  EXPECT_EQ(result.report.outcome.reason, Reason::kTimeout);
}

TEST(ProbeOnRequest, APairThatAsksEveryFifteenSecondsAlwaysSeesTheSuite) {
  Prober prober(kStrongSwanLimits);
  for (int i = 0; i < 40; ++i) {
    for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
      ProbeSpec order = prober.Order(version);
      order.scheduled = false;
      prober.memory = {};
      EXPECT_TRUE(prober.Probe(order).report.outcome.selected()) << i;
    }
    prober.engine.RunFor(milliseconds(7500));
  }
  EXPECT_EQ(prober.gateway.gateway().CountersAsJson().find("cookie"), std::string::npos);
}

// A libreswan whose only connection requires XAUTH: it is silent to other methods.
constexpr char kXauthAlone[] =
    "dialect = \"libreswan\"\nikev1 = [\"aes256-sha256-modp2048\"]\nikev1_auth = [\"xauthpsk\"]\n";
constexpr uint16_t kXauthPsk = 65001;
// What one request may send for each IKE version within the default timeout (SECURITY.md).
constexpr uint32_t kMostPackets = 5;

ProbeSpec Requested(const Prober& prober) {
  ProbeSpec order = prober.Order(IkeVersion::kV1);
  order.scheduled = false;
  return order;
}

// Leaves so many slots to a request.
void LeaveSlots(Prober* prober, int slots) {
  for (int i = slots; i < prober->settings->half_open_budget; ++i) {
    ASSERT_TRUE(prober->engine.budget.TryTake(ike::IpAddress::V4(127, 0, 0, 9), 3,
                                              HalfOpenBudget::Requester::kOnRequest,
                                              prober->engine.now()));
  }
}

TEST(ProbeOnRequest, TriesXauthBeforeTheOnlyProbeEnds) {
  Prober prober(kXauthAlone);
  const ProbeReport report = prober.Probe(Requested(prober)).report;
  EXPECT_EQ(prober.TakeKinds(), (Kinds{kFull, kPlainest, kPlainest}));
  EXPECT_TRUE(report.outcome.selected());
  EXPECT_TRUE(report.full_opening);
  EXPECT_EQ(report.outcome.ikev1.authentication, kXauthPsk);
  EXPECT_LE(report.packets_sent, kMostPackets);
}

TEST(ProbeOnRequest, SilenceCostsNoMorePacketsThanBefore) {
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    Prober prober("ikev1 = \"silent\"\nikev2 = \"silent\"\n");
    ProbeSpec order = Requested(prober);
    order.version = version;
    const ProbeReport report = prober.Probe(order).report;
    EXPECT_EQ(report.outcome.reason, Reason::kTimeout);
    EXPECT_EQ(report.packets_sent, kMostPackets);
    EXPECT_LE(report.duration, prober.settings->timeout + std::chrono::milliseconds(5));
    EXPECT_EQ(prober.TakeKinds(), (Kinds{kFull, kPlainest, kPlainest}));
  }
}

// A refusal shows that somebody is there as well, and leaves no state.
TEST(ProbeOnRequest, TriesXauthWithinTheBudget) {
  for (int slots = 0; slots <= 2; ++slots) {
    SCOPED_TRACE(slots);
    Prober prober(kXauthAlone);
    LeaveSlots(&prober, slots);
    const ProbeResult result = prober.Probe(Requested(prober));
    EXPECT_EQ(prober.TakeKinds().back(), kRefusal);
    EXPECT_EQ(result.end, ProbeEnd::kProbed);
    EXPECT_TRUE(result.report.outcome.version_answered);
    EXPECT_FALSE(result.report.full_opening);
    EXPECT_LE(result.report.packets_sent, kMostPackets);
  }
}

TEST(ProbeOnRequest, ARefusalIsNoSuite) {
  Prober prober(kXauthAlone);
  LeaveSlots(&prober, 2);
  ProbeSpec order = Requested(prober);
  order.need_suite = true;
  EXPECT_EQ(prober.Probe(order).end, ProbeEnd::kNoBudget);

  Prober silent("ikev1 = \"silent\"\n");
  LeaveSlots(&silent, 2);
  const ProbeResult result = silent.Probe(order);
  EXPECT_EQ(result.end, ProbeEnd::kProbed) << "who has XAUTH would have refused";
  EXPECT_EQ(result.report.outcome.reason, Reason::kTimeout);
}

}  // namespace
}  // namespace exporter::test
