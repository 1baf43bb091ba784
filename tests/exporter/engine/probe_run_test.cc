// Whole liveness probes against simulated gateways, in virtual time: what is sent, what the budget
// of the address allows, and what is made of the answers.
#include "exporter/engine/probe_run.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "exporter/net/event_loop.h"
#include "tests/exporter/engine/prober.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using ike::OpeningKind;
using ike::Reason;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kModern[] = "ikev2 = [\"aes256-sha256-modp2048\"]\nikev1 = \"refuse\"\n";

TEST(ProbeRun, ReportsTheSuiteAndTheRoundTripTime) {
  Prober prober(std::string(kModern) + "delay = \"15ms\"\n");
  const ProbeReport report = prober.Probe().report;
  EXPECT_TRUE(report.outcome.selected());
  EXPECT_TRUE(report.full_opening);
  EXPECT_EQ(report.outcome.ikev2.group, 14);
  EXPECT_EQ(report.outcome.rtt, milliseconds(15));
  EXPECT_EQ(report.address, ike::IpAddress::V4(127, 0, 0, 9));
  EXPECT_GE(report.finished_at, VirtualEngine::kUnixStart);
}

TEST(ProbeRun, FollowsACookie) {
  Prober prober(std::string(kModern) + "cookies = \"always\"\n");
  const ProbeReport report = prober.Probe().report;
  EXPECT_TRUE(report.outcome.selected());
  EXPECT_TRUE(report.outcome.cookie_required);
  EXPECT_GE(report.packets_sent, 2u);
}

TEST(ProbeRun, FollowsInvalidKeAndRemembersTheGroup) {
  Prober prober("ikev2 = [\"aes256-sha256-ecp384\"]\n");
  const ProbeReport first = prober.Probe().report;
  EXPECT_EQ(first.outcome.ikev2.group, 20);
  EXPECT_EQ(first.packets_sent, 2u);
  prober.engine.RunFor(minutes(20));  // beyond what a refusal would serve for
  const ProbeReport second = prober.Probe().report;
  EXPECT_TRUE(second.outcome.selected());
  EXPECT_EQ(second.packets_sent, 1u);
}

TEST(ProbeRun, GivesUpOnAGatewayThatAsksForEverOtherGroups) {
  Prober prober(std::string(kModern) + "trap = \"invalid-ke-loop\"\n");
  const ProbeReport report = prober.Probe().report;
  EXPECT_FALSE(report.outcome.selected());
  EXPECT_TRUE(report.outcome.version_answered);
  EXPECT_LE(report.packets_sent, 8u);
}

TEST(ProbeRun, ASilentHostGetsThePlainestOpeningBeforeItIsCalledDown) {
  Prober prober("ikev2 = \"silent\"\n");
  const ProbeResult result = prober.Probe();
  EXPECT_EQ(prober.TakeKinds(), (Kinds{kFull, kPlainest}));
  EXPECT_EQ(result.end, ProbeEnd::kProbed);
  EXPECT_EQ(result.report.outcome.reason, Reason::kTimeout);
  EXPECT_GE(result.report.duration, prober.settings->timeout);
  EXPECT_LE(result.report.duration, prober.settings->timeout + milliseconds(5));
}

TEST(ProbeRun, AVersionThatIsSilentBesideTheOtherGetsThePlainestAtMostHourly) {
  Prober prober(kModern);
  prober.gateway.loses = [](ike::ByteSpan message) { return message[17] == 0x10; };  // IKEv1
  int plainest = 0;
  for (int i = 0; i < 4 * 60 * 2 + 10; ++i) {  // four hours and five minutes, each 30 s
    ProbeSpec order = prober.Order(IkeVersion::kV1);
    order.other_version_answers = true;
    EXPECT_EQ(prober.Probe(order).report.outcome.reason, Reason::kTimeout);
    const Kinds kinds = prober.TakeKinds();
    plainest += static_cast<int>(std::count(kinds.begin(), kinds.end(), kPlainest));
    prober.engine.RunFor(seconds(25));
  }
  EXPECT_EQ(plainest, 5);
  EXPECT_TRUE(prober.Probe(IkeVersion::kV2).report.outcome.version_answered);
}

TEST(ProbeRun, AHostThatOnlyAnswersThePlainestIsUp) {
  Prober prober(kModern);
  const size_t plain = 600;
  prober.gateway.loses = [](ike::ByteSpan message) { return message.size() > plain; };
  for (int i = 0; i < 3; ++i) {
    const ProbeReport report = prober.Probe().report;
    EXPECT_TRUE(report.outcome.version_answered);
    EXPECT_TRUE(report.outcome.selected());
    EXPECT_EQ(prober.TakeKinds(), (Kinds{kFull, kPlainest}));
    prober.engine.RunFor(seconds(70));
  }
  prober.Probe();
  EXPECT_EQ(prober.TakeKinds(), Kinds{kRefusal}) << "to learn whether that works here";
  prober.engine.RunFor(seconds(70));
  prober.Probe();
  EXPECT_EQ(prober.TakeKinds(), Kinds{kPlainest}) << "it is known by now";
}

// Each opening that was selected has a connection for as long as libreswan keeps its state.
TEST(ProbeRun, OverTcpTheSuiteIsRenewedEveryFiveMinutes) {
  Prober prober(kModern);
  auto settings = std::make_shared<ike::ProbeSettings>(*prober.settings);
  settings->transport = ike::Transport::kTcp;
  prober.settings = settings;
  prober.openings = MakeOpeningSet(prober.settings);
  const ike::TimePoint end = prober.engine.now() + minutes(60);
  Kinds kinds;
  while (prober.engine.now() < end) {
    EXPECT_TRUE(prober.Probe().report.outcome.version_answered);
    for (OpeningKind kind : prober.TakeKinds()) kinds.push_back(kind);
    prober.engine.RunFor(seconds(5));
  }
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), kFull), 12);
  EXPECT_GT(std::count(kinds.begin(), kinds.end(), kRefusal), 700);
}

TEST(ProbeRun, WhereNoMoreConnectionsCanBeHeldNoStateIsLeft) {
  Prober prober(kModern);
  auto settings = std::make_shared<ike::ProbeSettings>(*prober.settings);
  settings->transport = ike::Transport::kTcp;
  prober.settings = settings;
  prober.openings = MakeOpeningSet(prober.settings);
  prober.engine.exchanger.may_leave_state = false;
  EXPECT_TRUE(prober.Probe().report.outcome.version_answered);
  EXPECT_EQ(prober.TakeKinds(), Kinds{kRefusal});
}

// What comes without our SPI chooses the reason when the time is up, and does nothing before.
TEST(ProbeRun, UnmatchedBytesAndForeignErrorsOnlyChooseTheReason) {
  struct Case {
    bool garbage, error;
    Reason reason;
  };
  for (const Case& one : {Case{false, false, Reason::kTimeout},
                          {true, false, Reason::kMalformed},
                          {false, true, Reason::kUnreachable},
                          {true, true, Reason::kMalformed}}) {
    Prober prober("ikev2 = \"silent\"\n");
    VirtualExchanger& exchanger = prober.engine.exchanger;
    prober.gateway.loses = [&](ike::ByteSpan) {
      const ExchangeHandle newest = exchanger.Active().back();
      if (one.garbage) exchanger.NoteGarbage(newest);
      if (one.error) exchanger.NoteError(newest);
      return true;
    };
    const ProbeReport report = prober.Probe().report;
    EXPECT_EQ(report.outcome.reason, one.reason);
    EXPECT_GE(report.duration, milliseconds(3000)) << "no note ends an exchange";
  }
}

TEST(ProbeRun, AnAnswerBeatsWhateverCameBefore) {
  Prober prober(std::string(kModern) + "delay = \"50ms\"\n");
  VirtualExchanger& exchanger = prober.engine.exchanger;
  prober.gateway.loses = [&](ike::ByteSpan) {
    exchanger.NoteGarbage(exchanger.Active().back());
    exchanger.NoteError(exchanger.Active().back());
    return false;
  };
  const ProbeReport report = prober.Probe().report;
  EXPECT_TRUE(report.outcome.selected());
  EXPECT_EQ(report.outcome.reason, Reason::kNone);
}

TEST(ProbeRun, AnErrorThatQuotesOurSpiEndsTheProbe) {
  Prober prober("ikev2 = \"silent\"\nstate = \"prohibited\"\n");
  const ProbeReport report = prober.Probe().report;
  EXPECT_EQ(report.outcome.reason, Reason::kUnreachable);
  EXPECT_LT(report.duration, milliseconds(100));
  EXPECT_EQ(prober.TakeKinds(), Kinds{kFull}) << "another opening would meet it too";
}

// Ten minutes at 5 s against a daemon with strongSwan's limits.
TEST(ProbeRun, ShortIntervalsStayWithinTheBudgetByOpeningsThatAreRefused) {
  Prober prober(kStrongSwanLimits);
  std::vector<ike::TimePoint> full;
  for (int i = 0; i < 120; ++i) {
    const ProbeResult result = prober.Probe();
    ASSERT_EQ(result.end, ProbeEnd::kProbed) << i;
    ASSERT_TRUE(result.report.outcome.version_answered) << i;
    ASSERT_FALSE(result.report.outcome.cookie_required) << i;
    for (OpeningKind kind : prober.TakeKinds()) {
      if (kind != kRefusal) full.push_back(prober.engine.now());
    }
    prober.engine.RunFor(seconds(5));
  }
  ASSERT_GE(full.size(), 2u);
  for (size_t i = 2; i < full.size(); ++i) {
    // Others want the budget too: the suite is renewed once a minute, not as often as it allows.
    EXPECT_GE(full[i] - full[i - 1], seconds(55)) << i;
  }
  EXPECT_GE(full.size(), 5u) << "the suite stays fresh";
  const std::string counters = prober.gateway.gateway().CountersAsJson();
  EXPECT_NE(counters.find("\"half_open_peak\":1,"), std::string::npos) << counters;
}

// The refusal leaves time to a full opening, for which a slot will be free; then others take it.
TEST(ProbeRun, ARefusalIsSentAgainWhenTheBudgetWentToOthers) {
  Prober prober(kStrongSwanLimits);
  prober.Probe();  // a full opening
  prober.Probe();  // refusals are answered
  prober.engine.RunFor(minutes(1));
  const ike::IpAddress address = ike::IpAddress::V4(127, 0, 0, 9);
  const auto take_all = [&] {
    while (prober.engine.budget.TryTake(address, 3, HalfOpenBudget::Requester::kScheduled,
                                        prober.engine.now())) {
    }
  };
  take_all();
  prober.engine.RunFor(HalfOpenBudget::kLifetime - milliseconds(500));
  prober.TakeKinds();
  const ike::TimePoint begun = prober.engine.now();
  prober.gateway.loses = [&](ike::ByteSpan) { return prober.engine.now() - begun < seconds(3); };
  prober.Begin(prober.Order());
  prober.engine.RunFor(seconds(1));
  take_all();
  prober.engine.RunFor(seconds(5));
  ASSERT_TRUE(prober.result());
  EXPECT_TRUE(prober.result()->report.outcome.version_answered);
  EXPECT_EQ(prober.TakeKinds(), (Kinds{kRefusal, kRefusal}));
}

TEST(ProbeRun, GivesBackASlotThatARefusalDidNotUse) {
  Prober prober("ikev2 = \"refuse\"\n");
  const ProbeReport report = prober.Probe().report;
  EXPECT_EQ(report.outcome.reason, Reason::kRejected);
  EXPECT_TRUE(report.outcome.version_answered);
  const ike::IpAddress address = ike::IpAddress::V4(127, 0, 0, 9);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(prober.engine.budget.TryTake(address, 4, HalfOpenBudget::Requester::kScheduled,
                                             prober.engine.now()));
  }
}

TEST(ProbeRun, DestroyingItCancelsWhatIsUnderWay) {
  Prober prober("ikev2 = \"silent\"\n");
  prober.Begin(prober.Order());
  prober.engine.RunFor(seconds(1));
  ASSERT_EQ(prober.engine.exchanger.Active().size(), 1u);
  prober.run.reset();
  EXPECT_TRUE(prober.engine.exchanger.Active().empty());
  EXPECT_EQ(prober.engine.NextEvent(), ike::TimePoint::max());
}

TEST(ProbeRun, ResolvesTheNameFirst) {
  auto loop = net::EventLoop::Create();
  ASSERT_TRUE(loop);
  auto resolver = net::Resolver::Create(loop->get());
  ASSERT_TRUE(resolver);
  Prober prober(kModern);
  prober.engine.services.resolver = resolver->get();
  ProbeSpec order = prober.Order();
  order.address = {};
  order.host = "127.0.0.9";  // answered at once
  EXPECT_TRUE(prober.Probe(order).report.outcome.selected());

  order.host = "no host name";
  const ProbeResult failed = prober.Probe(order);
  EXPECT_EQ(failed.report.outcome.reason, Reason::kResolve);
  EXPECT_FALSE(failed.resolved);
  EXPECT_NE(failed.error.find("no host name"), std::string::npos) << failed.error;
  EXPECT_EQ(failed.report.packets_sent, 0u);
  prober.run.reset();
}

}  // namespace
}  // namespace exporter::test
