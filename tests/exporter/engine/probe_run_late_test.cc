// Whole liveness probes of slow gateways, and of names with several addresses, in virtual time.
#include <gtest/gtest.h>

#include <string>

#include "exporter/engine/probe_run.h"
#include "tests/exporter/engine/prober.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using ike::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kBoth[] =
    "ikev2 = [\"aes256-sha256-modp2048\"]\nikev1 = [\"aes256-sha256-modp2048\"]\n";

std::string Delay(int ms) { return "delay = \"" + std::to_string(ms) + "ms\"\n"; }

// With the default timeout of 5 s, of which the first opening has less.
TEST(SlowGateway, IsUpFromTheFirstProbeOn) {
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    for (int ms : {3100, 3500, 4200, 4900}) {
      SCOPED_TRACE(ms);
      Prober prober(kBoth + Delay(ms));
      const ProbeReport report = prober.Probe(version).report;
      EXPECT_TRUE(report.outcome.selected());
      EXPECT_EQ(report.outcome.reason, Reason::kNone);
      EXPECT_EQ(report.duration, milliseconds(ms)) << "it ends with the answer";
      EXPECT_GE(report.packets_sent, 4u) << "of all its openings";
      EXPECT_TRUE(prober.engine.exchanger.Active().empty());
    }
  }
}

TEST(SlowGateway, ItsRoundTripTimeIsLearnt) {
  for (int ms : {3500, 4900}) {
    SCOPED_TRACE(ms);
    Prober prober(kBoth + Delay(ms));
    ProbeReport report;
    for (int i = 0; i < 6; ++i) {
      report = prober.Probe().report;
      EXPECT_TRUE(report.outcome.version_answered) << i;
      prober.engine.RunFor(seconds(65));
    }
    EXPECT_EQ(report.outcome.rtt, milliseconds(ms));
  }
}

TEST(SlowGateway, ARequestByHandIsAnswered) {
  Prober prober(kBoth + Delay(4900));
  ProbeSpec order = prober.Order(IkeVersion::kV1);
  order.scheduled = false;
  order.need_suite = true;
  const ProbeResult result = prober.Probe(order);
  EXPECT_EQ(result.end, ProbeEnd::kProbed);
  EXPECT_TRUE(result.report.outcome.selected());
}

TEST(SlowGateway, ALateRefusalIsASignOfLife) {
  Prober prober("ikev2 = \"refuse\"\n" + Delay(4000));
  const ProbeReport report = prober.Probe().report;
  EXPECT_TRUE(report.outcome.version_answered);
  EXPECT_EQ(report.outcome.reason, Reason::kRejected);
}

TEST(SlowGateway, AfterTheDeadlineItIsDown) {
  Prober prober(kBoth + Delay(5100));
  const ProbeReport report = prober.Probe().report;
  EXPECT_EQ(report.outcome.reason, Reason::kTimeout);
  EXPECT_TRUE(prober.engine.exchanger.Active().empty()) << "nothing listens any more";
}

const ike::IpAddress kDead = ike::IpAddress::V4(127, 0, 0, 3);
const ike::IpAddress kAlive = ike::IpAddress::V4(127, 0, 0, 9);

bool IsAlive(const ike::IpAddress& address) { return address == kAlive; }

// A gateway at one address of several; the others are silent or unreachable.
class SeveralAddresses : public testing::Test {
 protected:
  ProbeSpec Order(std::vector<ike::IpAddress> addresses) {
    ProbeSpec order = prober.Order();
    order.address = {};
    order.host = "vpn.example";
    order.addresses = std::move(addresses);
    return order;
  }
  // What each opening of a probe went to.
  std::vector<ike::IpAddress> Asked(const ProbeSpec& order) {
    const size_t before = prober.engine.exchanger.jobs().size();
    report = prober.Probe(order).report;
    std::vector<ike::IpAddress> asked;
    const auto& jobs = prober.engine.exchanger.jobs();
    for (size_t i = before; i < jobs.size(); ++i) {
      const ike::IpAddress& address = jobs[i].remote.address;
      if (asked.empty() || asked.back() != address) asked.push_back(address);
    }
    return asked;
  }

  Prober prober{std::string(kBoth)};
  ProbeReport report;
};

TEST_F(SeveralAddresses, TheNextIsTriedWithinTheTimeout) {
  prober.gateway.is_at = IsAlive;
  EXPECT_EQ(Asked(Order({kDead, kAlive})), (std::vector{kDead, kAlive}));
  EXPECT_TRUE(report.outcome.selected());
  EXPECT_EQ(report.address, kAlive);
  EXPECT_LE(report.duration, seconds(3));
  EXPECT_GE(report.packets_sent, 3u) << "those to the other address count";
  prober.engine.RunFor(seconds(40));
  EXPECT_EQ(Asked(Order({kDead, kAlive})), (std::vector{kAlive})) << "it is remembered";
  EXPECT_TRUE(report.outcome.version_answered);
}

TEST_F(SeveralAddresses, WithoutAnAnswerTheFailureSaysWhichItWas) {
  prober.gateway.loses = [](ike::ByteSpan) { return true; };
  const auto asked = Asked(Order({kDead, kAlive}));
  EXPECT_EQ(asked, (std::vector{kDead, kAlive}));
  EXPECT_EQ(report.outcome.reason, Reason::kTimeout);
  EXPECT_EQ(report.address, kAlive) << "the last one";
  EXPECT_LE(report.duration, prober.settings->timeout + milliseconds(5));
  EXPECT_EQ(Asked(Order({kDead, kAlive})), asked) << "again from the first on";
}

TEST_F(SeveralAddresses, ALateAnswerOfTheFirstCounts) {
  Prober slow(kBoth + Delay(4000));
  ProbeSpec order = slow.Order();
  order.address = {};
  order.addresses = {kAlive, kDead};
  slow.gateway.is_at = IsAlive;
  const ProbeReport answered = slow.Probe(order).report;
  EXPECT_TRUE(answered.outcome.selected());
  EXPECT_EQ(answered.address, kAlive);
}

TEST_F(SeveralAddresses, OneProbeGoesOnWhereTheLastOneEnded) {
  std::vector<ike::IpAddress> many;
  for (uint8_t last = 20; last < 30; ++last) many.push_back(ike::IpAddress::V4(127, 0, 0, last));
  many.push_back(kAlive);
  prober.gateway.is_at = IsAlive;
  bool up = false;
  for (int i = 0; i < 4 && !up; ++i) {
    Asked(Order(many));
    up = report.outcome.version_answered;
    prober.engine.RunFor(seconds(30));
  }
  EXPECT_TRUE(up);
}

}  // namespace
}  // namespace exporter::test
