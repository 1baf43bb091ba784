// IKEv1 endpoints that take no opening of the usual kind.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/probes/audit/sim_configurations.h"
#include "tests/probes/audit/sim_tally.h"

namespace ike::sim {
namespace {

const ProposalV1 kAes256{{{7, 256}}, {4}, {14}};
const AlgorithmId kAes256Id{Kind::kEncryption, 7, 256};

SimRun Audited(SimEndpoint* endpoint, const AuditLimits& limits = {}) {
  std::unique_ptr<Audit> audit = MakeIkev1Audit(limits);
  SimRun run = RunAudit(audit.get(), endpoint, 0);
  EXPECT_EQ(audit->estimated_requests(), audit->requests());
  return run;
}

void ExpectExact(const SimRun& run, const SimEndpoint& endpoint) {
  Tally tally{"awkward"};
  tally.Check(run, endpoint, endpoint.TruthV1(), 1);
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, kAes256Id));
}

bool AcceptsMethod(const SimRun& run, uint16_t method) {
  const AlgorithmId id{Kind::kAuthentication, method, 0};
  return std::ranges::binary_search(run.result.accepted, id);
}

TEST(AwkwardIkev1, AnotherVersionOnly) {
  Behaviour behaviour;
  behaviour.refuses_version = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_FALSE(run.result.answered);
  EXPECT_TRUE(run.result.accepted.empty());
  EXPECT_EQ(run.result.requests, 1u);
}

// The first connection that has a method is taken, and its suites are all that counts.
TEST(AwkwardIkev1, MethodsWithSuitesOfTheirOwn) {
  for (auto [first, other] : {std::pair<uint16_t, uint16_t>{1, 3},
                              {3, 1},
                              {1, 65001},
                              {1, 65005},
                              {65001, 1},
                              {65001, 65005},
                              {3, 65001}}) {
    for (bool libreswan : {true, false}) {
      Behaviour behaviour;
      behaviour.manner = Manner::kLibreswan;
      behaviour.anonymous = behaviour.refuses_methods = !libreswan;
      behaviour.limits = false;
      behaviour.methods = {first};
      SimEndpoint endpoint(behaviour, 1);
      endpoint.v1 = {kAes256};
      behaviour.methods = {other};
      endpoint.second = std::make_unique<SimEndpoint>(behaviour, 2);
      endpoint.second->v1 = {{{{5, 0}}, {2}, {2}}};
      SimRun run = Audited(&endpoint);
      ExpectExact(run, endpoint);
      EXPECT_TRUE(AcceptsMethod(run, first)) << first << " " << other;
      EXPECT_TRUE(AcceptsMethod(run, other)) << first << " " << other;
    }
  }
}

TEST(AwkwardIkev1, TransformsNeedALife) {
  Behaviour behaviour;
  behaviour.wants_life = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  ExpectExact(Audited(&endpoint), endpoint);
}

TEST(AwkwardIkev1, OnlyExtendedAuthentication) {
  for (uint16_t method : {uint16_t{65001}, uint16_t{64221}, uint16_t{65005}}) {
    Behaviour behaviour;
    behaviour.manner = Manner::kLibreswan;
    behaviour.refuses_methods = true;
    behaviour.limits = false;
    behaviour.methods = {method};
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v1 = {kAes256};
    SimRun run = Audited(&endpoint);
    ExpectExact(run, endpoint);
    AlgorithmId expected{Kind::kAuthentication, method, 0};
    EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, expected)) << method;
  }
}

TEST(AwkwardIkev1, AggressiveModeOnly) {
  Behaviour behaviour;
  behaviour.main_mode = false;
  behaviour.aggressive = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_FALSE(run.result.main_mode);
  EXPECT_TRUE(run.result.aggressive_mode);
  ASSERT_TRUE(run.result.aggressive_suite.has_value());
  EXPECT_EQ(run.result.aggressive_suite->group, 14);
  EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, kAes256Id));
}

Behaviour AggressiveOnly(uint16_t method) {
  Behaviour behaviour = Libreswan({method});
  behaviour.main_mode = false;
  behaviour.aggressive = true;
  return behaviour;
}

// libreswan is silent in Main Mode where it has connections for Aggressive Mode only. That is no
// loss: the rest is not unknown, and not asked about in vain.
TEST(AwkwardIkev1, AggressiveModeOnlyOfLibreswan) {
  SimEndpoint endpoint(AggressiveOnly(1), 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_FALSE(run.result.main_mode);
  EXPECT_TRUE(run.result.aggressive_mode);
  EXPECT_TRUE(run.result.complete);
  EXPECT_TRUE(run.result.unknown.empty());
  EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, kAes256Id));
  EXPECT_FALSE(run.result.undecidable.empty());
  EXPECT_LE(run.result.requests, 30u);
}

// As its answers were recorded: NO-PROPOSAL-CHOSEN to another group, silence to other methods.
TEST(AwkwardIkev1, AggressiveModeOnlyOfLibreswanWithAnyMethod) {
  for (uint16_t method : {uint16_t{1}, uint16_t{3}, uint16_t{65001}, uint16_t{65005}}) {
    for (uint16_t group : {uint16_t{2}, uint16_t{14}, uint16_t{5}, uint16_t{19}, uint16_t{21}}) {
      SimEndpoint endpoint(AggressiveOnly(method), 1);
      endpoint.v1 = {{{{5, 0}}, {1}, {group}}};
      SimRun run = Audited(&endpoint);
      EXPECT_TRUE(run.result.aggressive_mode) << method << " " << group;
      EXPECT_TRUE(run.result.complete);
      EXPECT_TRUE(AcceptsMethod(run, method)) << method;
      EXPECT_EQ(run.result.accepted.size(), 4u);
      ASSERT_TRUE(run.result.aggressive_suite.has_value());
      EXPECT_EQ(run.result.aggressive_suite->group, group);
      EXPECT_LE(run.result.requests, 36u);
    }
  }
}

// Offered beside it or not, the other methods were not refused.
TEST(AwkwardIkev1, MethodsNotAskedAboutInAggressiveModeAreUndecidable) {
  Behaviour behaviour = AggressiveOnly(1);
  behaviour.methods = {1, 3};
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(AcceptsMethod(run, 1));
  EXPECT_TRUE(std::ranges::any_of(run.result.undecidable, [](const Undecidable& undecidable) {
    return undecidable.algorithm == AlgorithmId{Kind::kAuthentication, 3, 0};
  }));
}

TEST(AwkwardIkev1, HybridAuthenticationInAggressiveModeOnly) {
  Behaviour behaviour = AggressiveOnly(64221);
  behaviour.manner = Manner::kNoNames;
  behaviour.refuses_methods = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(run.result.aggressive_mode);
  EXPECT_TRUE(AcceptsMethod(run, 64221));
}

// A connection for branches in Main Mode, and one for road warriors in Aggressive Mode.
TEST(AwkwardIkev1, XauthInAggressiveModeBesideAnotherMethodInMainMode) {
  for (uint16_t main : {uint16_t{1}, uint16_t{3}, uint16_t{65005}}) {
    for (uint16_t aggressive : {uint16_t{1}, uint16_t{65001}, uint16_t{65005}}) {
      Behaviour behaviour = Libreswan({main});
      behaviour.aggressive = true;
      behaviour.aggressive_methods = {aggressive};
      SimEndpoint endpoint(behaviour, 1);
      endpoint.v1 = {kAes256};
      SimRun run = Audited(&endpoint);
      ExpectExact(run, endpoint);
      EXPECT_TRUE(run.result.main_mode);
      EXPECT_TRUE(run.result.aggressive_mode) << main << " " << aggressive;
      EXPECT_TRUE(AcceptsMethod(run, main)) << main;
      EXPECT_TRUE(AcceptsMethod(run, aggressive)) << aggressive;
      EXPECT_LE(run.result.requests, 20u + 4u * run.result.accepted.size());
    }
  }
}

TEST(AwkwardIkev1, SuitesOfAggressiveModeAlone) {
  Behaviour behaviour = Libreswan({1});
  behaviour.aggressive = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  endpoint.v1_aggressive = {{{{5, 0}}, {2}, {2}}};
  SimRun run = Audited(&endpoint);
  ExpectExact(run, endpoint);
  EXPECT_TRUE(run.result.aggressive_mode);
}

// A refusal of XAUTH says nothing of the same suites with a method whose opening was lost.
TEST(AwkwardIkev1, TheFirstContactIsLost) {
  Behaviour behaviour;
  behaviour.manner = Manner::kNoNames;
  behaviour.limits = false;
  behaviour.refuses_methods = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  bool first = true;
  for (AuditStep step = audit->Next(now); step.action != AuditAction::kDone;
       step = audit->Next(now)) {
    now = std::max(now, step.until);
    if (step.action == AuditAction::kWait) continue;
    audit->OnOutcome(endpoint.Exchange(step.opening, first ? 1 : 0, &now), now);
    first = false;
  }
  EXPECT_TRUE(audit->Result().complete);
  EXPECT_TRUE(std::ranges::binary_search(audit->Result().accepted, kAes256Id));
}

TEST(AwkwardIkev1, NoMoreRequestsThanAllowed) {
  SimEndpoint endpoint({}, 1);
  endpoint.v1 = {kAes256};
  AuditLimits limits;
  limits.max_requests = 10;
  SimRun run = Audited(&endpoint, limits);
  EXPECT_EQ(run.result.requests, 10u);
  EXPECT_FALSE(run.result.complete);
  EXPECT_FALSE(run.result.unknown.empty());
}

TEST(AwkwardIkev1, FallsSilentForGood) {
  Behaviour behaviour;
  behaviour.silent_after = 5;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  EXPECT_TRUE(run.result.answered);
  EXPECT_FALSE(run.result.complete);
  EXPECT_FALSE(run.result.unknown.empty());
  EXPECT_GT(run.waits, 0u);
  EXPECT_LE(run.result.requests, 60u);
}

TEST(AwkwardIkev1, EstimateGrowsNearer) {
  SimEndpoint endpoint({}, 1);
  endpoint.v1 = {kAes256};
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  AuditStep first = audit->Next(now);
  uint32_t before = audit->estimated_requests();
  EXPECT_GT(before, 20u);
  audit->OnOutcome(endpoint.Exchange(first.opening, 0, &now), now);
  EXPECT_GT(audit->estimated_requests(), audit->requests());
  EXPECT_LE(audit->estimated_requests(), before + 1);
}

// Daemons that nobody knows, and that go by the methods of all transforms.
SimRun AuditedWithTwoMethods(bool refuses_aloud) {
  Behaviour behaviour;
  behaviour.manner = Manner::kNoNames;
  behaviour.limits = false;
  behaviour.methods = {1, 3};
  behaviour.refuses_methods = refuses_aloud;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v1 = {kAes256};
  SimRun run = Audited(&endpoint);
  ExpectExact(run, endpoint);
  for (uint16_t method : behaviour.methods) {
    const AlgorithmId expected{Kind::kAuthentication, method, 0};
    EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, expected)) << method;
  }
  return run;
}

TEST(AwkwardIkev1, MethodsThatAreRefusedAloudAreKnown) {
  EXPECT_TRUE(AuditedWithTwoMethods(true).result.undecidable.empty());
}

TEST(AwkwardIkev1, MethodsThatMeetSilenceAreUndecidable) {
  const SimRun run = AuditedWithTwoMethods(false);
  EXPECT_FALSE(run.result.undecidable.empty());
  for (const auto& [id, why] : run.result.undecidable) {
    EXPECT_EQ(id.kind, Kind::kAuthentication);
    EXPECT_NE(why.find("silent"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace ike::sim
