#include <gtest/gtest.h>

#include <algorithm>

#include "tests/probes/audit/sim_configurations.h"
#include "tests/probes/audit/sim_tally.h"

namespace ike::sim {
namespace {

struct Family {
  std::string name;
  Behaviour behaviour;
  double loss = 0;
  size_t runs = 60;
};

Tally RunFamily(const Family& family) {
  Tally tally{family.name};
  for (uint64_t seed = 1; seed <= SimRuns(family.runs); ++seed) {
    Generator generator(seed * 104729);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v1 = generator.MakeV1List(family.behaviour.manner == Manner::kLibreswan);
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    SimRun run = RunAudit(audit.get(), &endpoint, family.loss);
    tally.Check(run, endpoint, endpoint.TruthV1(), seed);
  }
  tally.Print();
  return tally;
}

// The other connection has another method and suites of its own.
Tally RunTwoConnections(const Family& family, uint16_t method) {
  Tally tally{family.name};
  for (uint64_t seed = 1; seed <= SimRuns(family.runs); ++seed) {
    Generator generator(seed * 104729);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v1 = generator.MakeV1List(true);
    Behaviour second = family.behaviour;
    second.methods = {method};
    endpoint.second = std::make_unique<SimEndpoint>(second, seed);
    endpoint.second->v1 = generator.MakeV1List(true);
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    tally.Check(RunAudit(audit.get(), &endpoint, family.loss), endpoint, endpoint.TruthV1(), seed);
  }
  tally.Print();
  return tally;
}

SimRun Audited(SimEndpoint* endpoint) {
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  return RunAudit(audit.get(), endpoint, 0);
}

bool Accepts(const VersionAudit& audit, Kind kind, uint16_t id) {
  return std::ranges::any_of(audit.accepted,
                             [&](const AlgorithmId& a) { return a.kind == kind && a.id == id; });
}

TEST(Ikev1AuditSimulation, StrongSwanIsExact) {
  Tally tally = RunFamily({"IKEv1 strongSwan", {}});
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_EQ(tally.over_bound, 0u);
  EXPECT_LE(tally.most_half_open, 3u);
}

// 1,548 suites, most of 28 bytes, fill 31 datagrams before anything else is asked; a contact, the
// methods and three groups of Aggressive Mode come on top, and one request for each selection.
TEST(Ikev1AuditSimulation, WhoeverItIsItIsExact) {
  Family family{"IKEv1 of an unknown daemon", {}};
  family.behaviour.anonymous = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_LE(tally.most_beyond_values, 31u + 1u + 1u + 3u);
}

TEST(Ikev1AuditSimulation, LibreswanWithPskIsExact) {
  Tally tally = RunFamily({"IKEv1 libreswan, PSK", Libreswan({1})});
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_EQ(tally.over_bound, 0u);
}

TEST(Ikev1AuditSimulation, LibreswanWithRsaIsExact) {
  EXPECT_EQ(RunFamily({"IKEv1 libreswan, RSA", Libreswan({3})}).incomplete, 0u);
}

TEST(Ikev1AuditSimulation, LibreswanWithXauthIsExact) {
  for (uint16_t method : {uint16_t{65001}, uint16_t{65005}}) {
    Family family{"IKEv1 libreswan, XAUTH", Libreswan({method})};
    family.runs = 20;
    EXPECT_EQ(RunFamily(family).incomplete, 0u);
    SimEndpoint endpoint(family.behaviour, 1);
    endpoint.v1 = {{{{7, 256}}, {4}, {14}}};
    EXPECT_TRUE(Accepts(Audited(&endpoint).result, Kind::kAuthentication, method));
  }
}

// With loss, a connection may stay unknown in a gateway of some hundreds: its silence looks like
// that of one that does not exist.
TEST(Ikev1AuditSimulation, LibreswanWithTwoConnectionsIsExact) {
  for (double loss : {0.0, 0.2}) {
    Family family{"IKEv1 libreswan, PSK and RSA", Libreswan({1})};
    family.loss = loss;
    family.runs = 30;
    EXPECT_LE(RunTwoConnections(family, 3).incomplete * 20, SimRuns(family.runs));
    family = {"IKEv1 libreswan, RSA and XAUTH", Libreswan({3}), loss, 30};
    EXPECT_LE(RunTwoConnections(family, 65001).incomplete * 20, SimRuns(family.runs));
  }
}

TEST(Ikev1AuditSimulation, LossLeavesThingsUnknownAtMost) {
  Family family{"IKEv1 strongSwan, 20 % loss", {}};
  family.loss = 0.2;
  Tally tally = RunFamily(family);
  EXPECT_LE(tally.incomplete * 20, tally.runs);
}

TEST(Ikev1AuditSimulation, SilentRefusalsAreUnknown) {
  Behaviour behaviour;
  behaviour.silent_v1 = true;
  Family family{"IKEv1 silent instead of refusing", behaviour};
  family.runs = 50;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, tally.runs);
}

TEST(Ikev1AuditSimulation, NoConfigurationIsFoundOutSoon) {
  SimEndpoint endpoint({}, 1);
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(run.result.answered);
  EXPECT_TRUE(run.result.complete);
  EXPECT_TRUE(run.result.accepted.empty());
  EXPECT_LE(run.result.requests, 8u);
}

// The audit of IKEv2 told so: two refusals of a strongSwan without configuration are enough.
TEST(Ikev1AuditSimulation, NoConfigurationOfAKnownStrongSwanIsFoundOutAtOnce) {
  SimEndpoint endpoint({}, 1);
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  audit->NoteImplementation("strongSwan");
  SimRun run = RunAudit(audit.get(), &endpoint, 0);
  EXPECT_TRUE(run.result.complete);
  EXPECT_TRUE(run.result.unknown.empty());
  EXPECT_EQ(run.result.requests, 2u);
}

TEST(Ikev1AuditSimulation, RefusalsThatLookUnconfiguredWantAnImplementation) {
  SimEndpoint unconfigured({}, 1);
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  EXPECT_FALSE(audit->wants_implementation());
  audit->OnOutcome(unconfigured.Exchange(audit->Next(now).opening, 0, &now), now);
  audit->OnOutcome(unconfigured.Exchange(audit->Next(now).opening, 0, &now), now);
  EXPECT_TRUE(audit->wants_implementation());
  audit->NoteImplementation("strongSwan");
  EXPECT_FALSE(audit->wants_implementation());
}

TEST(Ikev1AuditSimulation, SilenceWantsAnImplementationBeforeThePlainestContact) {
  SimEndpoint silent(Libreswan({1}), 1);
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  for (int contact = 0; contact < 2; ++contact) {
    EXPECT_FALSE(audit->wants_implementation());
    audit->OnOutcome(silent.Exchange(audit->Next(now).opening, 0, &now), now);
  }
  EXPECT_TRUE(audit->wants_implementation());
  audit->NoteImplementation("libreswan");
  EXPECT_FALSE(audit->wants_implementation());
  const Opening next = audit->Next(now).opening;
  EXPECT_EQ(std::get<Ikev1Opening>(next).mode, Ikev1Mode::kAggressive);
}

// libreswan is not known to have Blowfish or Curve448: both are found with a likely partner.
TEST(Ikev1AuditSimulation, WhatLibreswanIsNotKnownToHaveIsAskedAboutStill) {
  SimEndpoint endpoint(Libreswan({1}), 1);
  endpoint.v1 = {{{{3, 256}}, {2}, {14}}, {{{7, 128}}, {4}, {32}}, {{{8, 192}}, {6}, {21}}};
  SimRun run = Audited(&endpoint);
  Tally tally{"libreswan with Blowfish"};
  tally.Check(run, endpoint, endpoint.TruthV1(), 1);
  EXPECT_EQ(run.result.implementation, "libreswan");
  EXPECT_EQ(tally.incomplete, 0u);
}

// Three copies of each opening; of a libreswan it is known that size does not make it silent.
TEST(Ikev1AuditSimulation, SilenceIsNotAnswered) {
  for (bool known : {false, true}) {
    SimEndpoint endpoint(Libreswan({1}), 1);
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    if (known) audit->NoteImplementation("libreswan");
    SimRun run = RunAudit(audit.get(), &endpoint, 0);
    EXPECT_FALSE(run.result.answered);
    EXPECT_TRUE(run.result.unknown.empty());
    // Four copies of the first contact, and of the plainest if it is not known; three of others.
    EXPECT_LE(run.result.requests, known ? 4u + 3 * 3 : 2u * 4 + 3 * 3);
  }
}

TEST(Ikev1AuditSimulation, EchoedMethodsAreUndecidable) {
  SimEndpoint endpoint({}, 1);
  endpoint.v1 = {{{{7, 256}}, {4}, {14}}};
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(run.result.complete);
  EXPECT_TRUE(run.result.main_mode);
  EXPECT_FALSE(Accepts(run.result, Kind::kAuthentication, 1));
  EXPECT_GE(run.result.undecidable.size(), 10u);
  EXPECT_LE(run.result.requests, 36u);
}

// Offers a method that IANA has not assigned.
bool AsksForMethods(const AuditStep& step) {
  const auto* opening = std::get_if<Ikev1Opening>(&step.opening);
  return opening != nullptr &&
         std::ranges::any_of(opening->transforms, [](const Ikev1Transform& transform) {
           return transform.authentication == 250;
         });
}

TEST(Ikev1AuditSimulation, EchoedMethodsStayUndecidableWhereTheAnswerIsLost) {
  Behaviour behaviour;
  behaviour.anonymous = true;  // else they are not asked about
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {{{{7, 256}}, {4}, {14}}};
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  int lost = 0;
  for (AuditStep step = audit->Next(now); step.action != AuditAction::kDone;
       step = audit->Next(now)) {
    now = std::max(now, step.until);
    if (step.action == AuditAction::kWait) continue;
    bool lose = AsksForMethods(step) && lost == 0;
    lost += lose;
    audit->OnOutcome(endpoint.Exchange(step.opening, lose ? 1 : 0, &now), now);
  }
  EXPECT_EQ(lost, 1);
  EXPECT_FALSE(Accepts(audit->Result(), Kind::kAuthentication, 3));
}

TEST(Ikev1AuditSimulation, MethodsOfDaemonsThatLookAtThem) {
  SimEndpoint endpoint(Libreswan({1, 3}), 1);
  endpoint.v1 = {{{{7, 256}}, {4}, {14}}};
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(Accepts(run.result, Kind::kAuthentication, 1));
  EXPECT_TRUE(Accepts(run.result, Kind::kAuthentication, 3));
}

TEST(Ikev1AuditSimulation, AggressiveModeOfStrongSwan) {
  for (bool allowed : {false, true}) {
    Behaviour behaviour;
    behaviour.aggressive = allowed;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v1 = {{{{5, 0}}, {2}, {2}}};
    EXPECT_EQ(Audited(&endpoint).result.aggressive_mode, allowed);
  }
}

TEST(Ikev1AuditSimulation, AggressiveModeWithAnotherMethodThanPsk) {
  for (uint16_t method : {uint16_t{3}, uint16_t{65001}, uint16_t{65005}, uint16_t{64221}}) {
    Behaviour behaviour;
    behaviour.aggressive = true;
    behaviour.methods = {method};
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v1 = {{{{5, 0}}, {2}, {2}}};
    SimRun run = Audited(&endpoint);
    EXPECT_TRUE(run.result.aggressive_mode) << method;
    EXPECT_TRUE(Accepts(run.result, Kind::kAuthentication, method)) << method;
  }
}

TEST(Ikev1AuditSimulation, AggressiveModeRefusedForTheIdentityOnlyIsAnswered) {
  Behaviour behaviour = Libreswan({1});
  behaviour.aggressive = true;
  behaviour.wants_identity = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {{{{5, 0}}, {2}, {2}}};
  EXPECT_TRUE(Audited(&endpoint).result.aggressive_mode);
}

TEST(Ikev1AuditSimulation, Wildcard) {
  SimEndpoint endpoint({}, 1);
  endpoint.v1 = {Generator(1).MakeWildcardV1()};
  SimRun run = Audited(&endpoint);
  Tally tally{"IKEv1 strongSwan's defaults"};
  tally.Check(run, endpoint, endpoint.TruthV1(), 1);
  tally.Print();
  EXPECT_EQ(tally.over_bound, 0u);
  // Each group needs a selection; ciphers and hashes are found by the same ones.
  const size_t groups = static_cast<size_t>(std::ranges::count_if(
      run.result.accepted, [](const AlgorithmId& a) { return a.kind == Kind::kDh; }));
  EXPECT_LE(run.result.ikev1_suites.size(), groups);
}

}  // namespace
}  // namespace ike::sim
