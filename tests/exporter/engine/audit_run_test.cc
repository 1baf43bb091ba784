// Whole audits against simulated gateways, in virtual time: their manners, and that nothing is lost
// to them.
#include "exporter/engine/audit_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "exporter/engine/probe_run.h"
#include "tests/support/simulated_gateway.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using ike::Kind;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kTwoSuites[] =
    "ikev2 = [\"aes256-sha256-modp2048\", \"aes128-sha1-modp1024\"]\n"
    "ikev1 = [\"aes128-sha1-modp1024\"]\ncookie_after = 3\nblock_after = 5\ndelay = \"20ms\"\n";

// The values of one kind that an audit says are accepted.
std::set<uint16_t> Accepted(const ike::VersionAudit& audit, Kind kind) {
  std::set<uint16_t> ids;
  for (const ike::AlgorithmId& id : audit.accepted) {
    if (id.kind == kind) ids.insert(id.id);
  }
  return ids;
}

using Ids = std::set<uint16_t>;

class Auditor : public AuditRun::Owner {
 public:
  explicit Auditor(const std::string& keys) : gateway(keys), engine(&shares_, &gateway) {
    gateway.Attach(&engine);
  }

  void Begin() {
    AuditOrder order{
        kAddress, std::make_shared<ike::ProbeSettings>(settings), {}, milliseconds(500)};
    run = std::make_unique<AuditRun>(&engine.services, std::move(order), this);
    run->Begin();
  }
  const AuditOutcome& Audit() {
    Begin();
    return Finish();
  }
  const AuditOutcome& Finish() {
    while (!outcome) engine.RunUntil(engine.NextEvent());
    return *outcome;
  }
  const ike::VersionAudit& Of(IkeVersion version) const {
    return outcome->versions[static_cast<size_t>(version) - 1];
  }
  std::string Counters() { return gateway.gateway().CountersAsJson(); }

  void OnAuditDone(AuditRun*, AuditOutcome result) override { outcome = std::move(result); }

  static inline const ike::IpAddress kAddress = ike::IpAddress::V4(127, 0, 0, 9);
  ike::ProbeSettings settings;
  SimulatedGateway gateway;
  std::optional<AuditOutcome> outcome;

 private:
  RealShares shares_;

 public:
  VirtualEngine engine;
  std::unique_ptr<AuditRun> run;
};

TEST(AuditRun, FindsWhatIsConfiguredOfBothVersions) {
  Auditor auditor(kTwoSuites);
  auditor.Audit();
  const ike::VersionAudit& ikev2 = auditor.Of(IkeVersion::kV2);
  EXPECT_TRUE(ikev2.complete);
  EXPECT_EQ(Accepted(ikev2, Kind::kDh), (Ids{2, 14}));
  EXPECT_EQ(Accepted(ikev2, Kind::kPrf), (Ids{2, 5}));
  EXPECT_EQ(Accepted(ikev2, Kind::kIntegrity), (Ids{2, 12}));
  const ike::VersionAudit& ikev1 = auditor.Of(IkeVersion::kV1);
  EXPECT_TRUE(ikev1.complete);
  EXPECT_EQ(Accepted(ikev1, Kind::kDh), Ids{2});
  EXPECT_EQ(Accepted(ikev1, Kind::kHash), Ids{2});
  EXPECT_TRUE(ikev1.main_mode);
}

TEST(AuditRun, MindsItsManners) {
  Auditor auditor(kTwoSuites);
  auditor.Audit();
  const auto& openings = auditor.gateway.openings();
  ASSERT_GE(openings.size(), 10u);
  for (size_t i = 1; i < openings.size(); ++i) {
    EXPECT_GE(openings[i] - openings[i - 1], milliseconds(500)) << i;
  }
  // As liveness does, it leaves the last slot of the budget free; so it never meets a cookie.
  EXPECT_EQ(auditor.Counters().find("cookie"), std::string::npos) << auditor.Counters();
  EXPECT_NE(auditor.Counters().find("\"half_open_peak\":2"), std::string::npos)
      << auditor.Counters();
  EXPECT_EQ(auditor.outcome->versions[0].requests + auditor.outcome->versions[1].requests,
            auditor.run->requests());
}

TEST(AuditRun, OneVersionDoesNotHoldUpTheOther) {
  Auditor auditor("ikev2 = [\"aes256-sha256-modp2048\"]\n");  // IKEv1 is silent
  auditor.Audit();
  EXPECT_TRUE(auditor.Of(IkeVersion::kV2).complete);
  EXPECT_FALSE(auditor.Of(IkeVersion::kV1).answered);
  EXPECT_LE(auditor.Of(IkeVersion::kV1).requests, 60u);
  EXPECT_LE(auditor.outcome->duration, minutes(10));
}

TEST(AuditRun, AsksOnlyForTheVersionsThatAreProbed) {
  Auditor auditor(kTwoSuites);
  auditor.settings.ikev1 = false;
  auditor.Audit();
  for (const ExchangeJob& job : auditor.engine.exchanger.jobs()) {
    EXPECT_EQ(job.opening->version(), IkeVersion::kV2);
  }
  EXPECT_EQ(auditor.Of(IkeVersion::kV1).requests, 0u);
}

TEST(AuditRun, OverTcpAsksForIkev1OnlyWhereItIsNamed) {
  for (const bool named : {false, true}) {
    Auditor auditor(kTwoSuites);
    auditor.settings.transport = ike::Transport::kTcp;
    auditor.settings.ikev1_named = named;
    auditor.Audit();
    EXPECT_EQ(auditor.Of(IkeVersion::kV1).requests > 0, named);
    EXPECT_GT(auditor.Of(IkeVersion::kV2).requests, 0u);
  }
}

TEST(AuditRun, WaitsWhereNoMoreConnectionsCanBeHeld) {
  Auditor auditor(kTwoSuites);
  auditor.settings.transport = ike::Transport::kTcp;
  auditor.engine.exchanger.may_leave_state = false;
  auditor.Begin();
  auditor.engine.RunFor(minutes(1));
  for (const ExchangeJob& job : auditor.engine.exchanger.jobs()) {
    EXPECT_FALSE(job.may_leave_state);
  }
  auditor.engine.exchanger.may_leave_state = true;
  auditor.Finish();
  EXPECT_TRUE(auditor.Of(IkeVersion::kV2).complete);
}

TEST(AuditRun, GivesUpOnASilentHost) {
  Auditor auditor("ikev2 = \"silent\"\n");
  auditor.Audit();
  EXPECT_FALSE(auditor.Of(IkeVersion::kV1).answered);
  EXPECT_FALSE(auditor.Of(IkeVersion::kV2).answered);
  EXPECT_FALSE(auditor.Of(IkeVersion::kV2).complete);
  EXPECT_LE(auditor.engine.exchanger.jobs().size(), 30u);
  EXPECT_LE(auditor.outcome->duration, minutes(15));
}

TEST(AuditRun, ADaemonThatRefusesBothVersionsIsNotSilent) {
  Auditor auditor(
      "ikev2 = [\"aes256-sha256-modp2048\"]\nerror_notify = 5\n"
      "ikev1 = [\"aes256-sha256-modp2048\"]\nikev1_error_notify = 5\n");
  auditor.Audit();
  EXPECT_FALSE(auditor.Of(IkeVersion::kV1).answered);
  EXPECT_FALSE(auditor.Of(IkeVersion::kV2).answered);
  EXPECT_EQ(auditor.outcome->reason, ike::Reason::kRejected);
}

TEST(AuditRun, SurvivesCookiesThatAreAlwaysDemanded) {
  Auditor auditor(
      "ikev2 = [\"aes256-sha256-modp2048\"]\nikev1 = \"refuse\"\ncookies = \"always\"\n");
  auditor.Audit();
  EXPECT_TRUE(auditor.Of(IkeVersion::kV2).answered);
  EXPECT_EQ(Accepted(auditor.Of(IkeVersion::kV2), Kind::kDh), Ids{14});
}

TEST(AuditRun, LosesNothingOnALossyLine) {
  Auditor auditor(kTwoSuites);
  int count = 0;
  auditor.gateway.loses = [&count](ike::ByteSpan) { return ++count % 4 == 0; };
  auditor.Audit();
  EXPECT_EQ(Accepted(auditor.Of(IkeVersion::kV2), Kind::kDh), (Ids{2, 14}));
  EXPECT_EQ(Accepted(auditor.Of(IkeVersion::kV1), Kind::kDh), Ids{2});
}

// Liveness of both versions goes on beside the audit, each within its budget.
class Liveness final : public net::Timer, public ProbeRun::Owner {
 public:
  Liveness(VirtualEngine* engine, IkeVersion version, ike::Duration first)
      : engine_(engine), version_(version), begins_(engine->now() + first) {
    engine_->services.timers->Arm(this, begins_);
  }

  void OnTimer(ike::TimePoint now) override {
    engine_->services.timers->Arm(this, now + seconds(10));
    ProbeSpec order;
    order.address = Auditor::kAddress;
    order.openings = openings_;
    order.version = version_;
    order.timeout = seconds(5);
    order.scheduled = true;
    run_ = std::make_unique<ProbeRun>(&engine_->services, std::move(order), &memory_, this);
    run_->Begin();
  }

  int answered = 0;
  int failed = 0;
  std::optional<ike::Duration> first_full;  // after its first probe began

 private:
  void OnProbeDone(ProbeRun*, ProbeResult&& result) override {
    const bool well = result.end == ProbeEnd::kProbed && result.report.outcome.version_answered;
    ++(well ? answered : failed);
    if (result.report.full_opening && !first_full) first_full = engine_->now() - begins_;
  }

  VirtualEngine* const engine_;
  const IkeVersion version_;
  const ike::TimePoint begins_;
  std::shared_ptr<const ike::ProbeSettings> settings_ = std::make_shared<ike::ProbeSettings>();
  std::shared_ptr<const OpeningSet> openings_ = MakeOpeningSet(settings_);
  ike::LivenessMemory memory_;
  std::unique_ptr<ProbeRun> run_;
};

TEST(AuditRun, SharesTheBudgetWithLiveness) {
  Auditor auditor(kTwoSuites);
  Liveness ikev2(&auditor.engine, IkeVersion::kV2, seconds(1));
  Liveness ikev1(&auditor.engine, IkeVersion::kV1, seconds(6));
  auditor.engine.RunFor(minutes(2));
  auditor.Audit();
  EXPECT_EQ(Accepted(auditor.Of(IkeVersion::kV2), Kind::kDh), (Ids{2, 14}));
  EXPECT_TRUE(auditor.Of(IkeVersion::kV2).complete);
  EXPECT_TRUE(auditor.Of(IkeVersion::kV1).complete);
  EXPECT_EQ(ikev1.failed + ikev2.failed, 0);
  EXPECT_GE(ikev1.answered, 12);
  EXPECT_NE(auditor.Counters().find("\"half_open_peak\":2"), std::string::npos)
      << auditor.Counters();
}

// Of IKEv1 every suite that is found costs a slot, and the audit takes each as soon as it is free.
TEST(AuditRun, LeavesSlotsToTargetsThatAreNew) {
  Auditor auditor(
      "ikev2 = \"refuse\"\ncookie_after = 3\nblock_after = 5\ndelay = \"20ms\"\n"
      "ikev1 = [\"aes128-sha1-modp1024\", \"3des-md5-modp768\", \"aes256-sha256-modp2048\",\n"
      "  \"aes192-sha512-modp4096\", \"aes256-sha384-modp3072\", \"3des-sha1-modp1536\",\n"
      "  \"aes128-sha256-ecp256\", \"aes256-sha384-ecp384\"]\n");
  Liveness first(&auditor.engine, IkeVersion::kV1, seconds(1));
  auditor.Begin();
  auditor.engine.RunFor(seconds(40));
  Liveness second(&auditor.engine, IkeVersion::kV1, seconds(1));
  Liveness third(&auditor.engine, IkeVersion::kV1, seconds(4));
  while (!auditor.outcome) auditor.engine.RunUntil(auditor.engine.NextEvent());
  for (const Liveness* one : {&second, &third}) {
    ASSERT_TRUE(one->first_full);
    EXPECT_LE(*one->first_full, HalfOpenBudget::kLifetime + seconds(10));
    EXPECT_EQ(one->failed, 0);
  }
  EXPECT_TRUE(auditor.Of(IkeVersion::kV1).complete);
}

// Somebody asks by hand again and again.
class Visitor final : public net::Timer, public ProbeRun::Owner {
 public:
  Visitor(VirtualEngine* engine, const ike::IpAddress& address)
      : engine_(engine), address_(address) {
    engine_->services.timers->Arm(this, engine_->now() + seconds(3));
  }
  void OnTimer(ike::TimePoint) override {
    ProbeSpec order;
    order.address = address_;
    order.openings = openings_;
    order.version = count_ % 2 == 0 ? IkeVersion::kV2 : IkeVersion::kV1;
    order.timeout = seconds(5);
    order.need_suite = count_ % 3 != 0;
    ++count_;
    memory_ = {};
    run_ = std::make_unique<ProbeRun>(&engine_->services, std::move(order), &memory_, this);
    run_->Begin();
  }
  int full = 0;  // openings of its own

 private:
  void OnProbeDone(ProbeRun*, ProbeResult&& result) override {
    full += result.report.full_opening && result.end == ProbeEnd::kProbed;
    engine_->services.timers->Arm(this, engine_->now() + milliseconds(3000 + count_ * 700 % 4000));
  }
  VirtualEngine* const engine_;
  const ike::IpAddress address_;
  int count_ = 0;
  std::shared_ptr<const ike::ProbeSettings> settings_ = std::make_shared<ike::ProbeSettings>();
  std::shared_ptr<const OpeningSet> openings_ = MakeOpeningSet(settings_);
  ike::LivenessMemory memory_;
  std::unique_ptr<ProbeRun> run_;
};

// Whoever accepts all of a wildcard takes many slots: at least one for each group.
TEST(AuditRun, EndsAlsoWhereOthersAskByHand) {
  Auditor auditor(
      "ikev2 = [\"aes256-sha256-modp2048\", \"aes128-sha1-modp1024\"]\n"
      "cookie_after = 3\nblock_after = 5\ndelay = \"20ms\"\n"
      "ikev1 = [\"aes128-aes192-aes256-3des-sha1-sha256-sha384-sha512-modp1536-modp2048-"
      "modp3072-modp4096-modp6144-modp8192-ecp256-ecp384-ecp521-x25519\"]\n");
  Liveness first(&auditor.engine, IkeVersion::kV1, seconds(1));
  Liveness second(&auditor.engine, IkeVersion::kV2, seconds(6));
  Visitor visitor(&auditor.engine, Auditor::kAddress);
  auditor.engine.RunFor(minutes(2));
  const ike::TimePoint begun = auditor.engine.now();
  const int full_before = visitor.full;
  auditor.Audit();
  EXPECT_EQ(Accepted(auditor.Of(IkeVersion::kV1), Kind::kDh).size(), 10u);
  EXPECT_LE(auditor.Of(IkeVersion::kV1).ikev1_suites.size(), 11u);
  EXPECT_LT(auditor.engine.now() - begun, minutes(10));
  EXPECT_GE(visitor.full - full_before, 5);
  EXPECT_EQ(first.failed + second.failed, 0);
}

// Two names of one gateway, or two of its ports.
TEST(AuditRun, OneOfAnAddressAtATime) {
  Auditor auditor(kTwoSuites);
  Auditor other(kTwoSuites);  // only hears of the second run
  AuditOrder order{
      Auditor::kAddress, std::make_shared<ike::ProbeSettings>(), {}, milliseconds(500)};
  AuditRun second(&auditor.engine.services, std::move(order), &other);
  auditor.Begin();
  second.Begin();
  while (!other.outcome) auditor.engine.RunUntil(auditor.engine.NextEvent());
  ASSERT_TRUE(auditor.outcome);
  EXPECT_TRUE(other.Of(IkeVersion::kV2).complete);
  const auto& openings = auditor.gateway.openings();
  for (size_t i = 1; i < openings.size(); ++i) {
    EXPECT_GE(openings[i] - openings[i - 1], milliseconds(500)) << i;
  }
  EXPECT_LE(auditor.outcome->duration + other.outcome->duration,
            auditor.engine.now() - VirtualEngine::kStart)
      << "waiting does not count";
}

TEST(AuditRun, DestroyingItLeavesNothingBehind) {
  Auditor auditor(kTwoSuites);
  auditor.Begin();
  auditor.engine.RunFor(seconds(12));  // it waits for the budget, or an exchange is under way
  auditor.run.reset();
  EXPECT_TRUE(auditor.engine.exchanger.Active().empty());
  EXPECT_FALSE(auditor.engine.budget
                   .StandingOf(Auditor::kAddress, 3, HalfOpenBudget::Requester::kScheduled,
                               auditor.engine.now())
                   .contended);
  const size_t before = auditor.engine.exchanger.jobs().size();
  auditor.engine.RunFor(minutes(5));
  EXPECT_EQ(auditor.engine.exchanger.jobs().size(), before);
}

}  // namespace
}  // namespace exporter::test
