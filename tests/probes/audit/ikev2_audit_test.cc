#include <gtest/gtest.h>

#include <string>

#include "tests/probes/audit/sim_configurations.h"
#include "tests/probes/audit/sim_tally.h"

namespace ike::sim {
namespace {

struct Family {
  std::string name;
  Behaviour behaviour;
  bool additional = false;
  double loss = 0;
  size_t runs = 120;
};

// Every configuration of a family must come out exactly, or, with loss, never wrong.
Tally RunFamily(const Family& family) {
  Tally tally{family.name};
  size_t runs = SimRuns(family.runs);
  for (uint64_t seed = 1; seed <= runs; ++seed) {
    Generator generator(seed * 7919);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v2 = generator.MakeV2List(family.additional);
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    SimRun run = RunAudit(audit.get(), &endpoint, family.loss);
    tally.Check(run, endpoint, endpoint.TruthV2(), seed);
  }
  tally.Print();
  return tally;
}

Family StrongSwan(std::string name) { return {std::move(name), {}}; }
Family Libreswan(std::string name) {
  Family family{std::move(name), {}};
  family.behaviour.manner = Manner::kLibreswan;
  family.behaviour.limits = false;
  return family;
}

TEST(Ikev2AuditSimulation, StrongSwanIsExactWithinTheBound) {
  Tally tally = RunFamily(StrongSwan("strongSwan"));
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_EQ(tally.over_bound, 0u);
  EXPECT_EQ(tally.cookies, 0u);
  EXPECT_LE(tally.most_half_open, 3u);
}

TEST(Ikev2AuditSimulation, InitiatorOrderChangesNothing) {
  Family family = StrongSwan("strongSwan, initiator's order");
  family.behaviour.initiator_order = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_EQ(tally.over_bound, 0u);
}

TEST(Ikev2AuditSimulation, LibreswanIsExactWithinTheBound) {
  Tally tally = RunFamily(Libreswan("libreswan"));
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_EQ(tally.over_bound, 0u);
}

// An IKEv1 that stays silent costs 16 requests: four openings, four times each. The goal for both
// versions together still holds, also where public values are too long to have a suite selected
// early.
TEST(Ikev2AuditSimulation, SilenceOfTheOtherVersionFitsIntoTheBound) {
  constexpr size_t kSilentVersion = 16;
  Behaviour libreswan = Libreswan("").behaviour;
  const ProposalV2 configured[] = {{{{20, 128, true}}, {}, {1, 5}, {17, 18}, {}},
                                   {{{12, 128, false}}, {13}, {6}, {18}, {}}};
  for (const ProposalV2& proposal : configured) {
    SimEndpoint endpoint(libreswan, 1);
    endpoint.v2 = {proposal};
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    SimRun run = RunAudit(audit.get(), &endpoint, 0);
    EXPECT_TRUE(run.result.complete);
    EXPECT_EQ(std::set(run.result.accepted.begin(), run.result.accepted.end()), endpoint.TruthV2());
    EXPECT_LE(run.result.requests + kSilentVersion, 20 + 4 * endpoint.TruthV2().size());
  }
}

TEST(Ikev2AuditSimulation, AdditionalKeyExchangesOfStrongSwan) {
  Family family = StrongSwan("strongSwan with RFC 9370");
  family.behaviour.additional = true;
  family.additional = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
}

TEST(Ikev2AuditSimulation, AdditionalKeyExchangesOfLibreswan) {
  Family family = Libreswan("libreswan with RFC 9370");
  family.behaviour.additional = true;
  family.additional = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
}

TEST(Ikev2AuditSimulation, KnowsAdditionalKeyExchangesButHasNone) {
  Family family = StrongSwan("RFC 9370 known, none configured");
  family.behaviour.additional = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_LE(tally.over_bound * 50, tally.runs);
}

TEST(Ikev2AuditSimulation, IgnoringUnknownTypesIsNotAccepting) {
  Family family = StrongSwan("unknown types ignored");
  family.behaviour.ignores_unknown_types = true;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
}

TEST(Ikev2AuditSimulation, LossLeavesThingsUnknownAtMost) {
  Family family = StrongSwan("strongSwan, 20 % loss");
  family.loss = 0.2;
  Tally tally = RunFamily(family);
  EXPECT_LE(tally.incomplete * 20, tally.runs);
}

TEST(Ikev2AuditSimulation, CookiesAlways) {
  Family family = StrongSwan("cookies always");
  family.behaviour.cookies_always = true;
  family.runs = 50;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
}

// Their refusals say so, once it is known who refuses.
TEST(Ikev2AuditSimulation, NoConfigurationOfAKnownDaemonIsFoundOutAtOnce) {
  for (Manner manner : {Manner::kStrongSwan, Manner::kLibreswan}) {
    Behaviour behaviour;
    behaviour.manner = manner;
    SimEndpoint endpoint(behaviour, 1);
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    TimePoint now{std::chrono::hours(1)};
    for (int refusals = 0; refusals < 2; ++refusals) {
      EXPECT_FALSE(audit->wants_implementation());
      audit->OnOutcome(endpoint.Exchange(audit->Next(now).opening, 0, &now), now);
    }
    EXPECT_TRUE(audit->wants_implementation());
    audit->NoteImplementation(manner == Manner::kStrongSwan ? "strongSwan" : "libreswan");
    EXPECT_EQ(audit->Next(now).action, AuditAction::kDone);
    EXPECT_TRUE(audit->Result().complete);
    EXPECT_TRUE(audit->Result().accepted.empty());
  }
}

TEST(Ikev2AuditSimulation, RefusingAllButAdditionalKeyExchangesIsNotBeingUnconfigured) {
  for (Manner manner : {Manner::kStrongSwan, Manner::kLibreswan}) {
    Behaviour behaviour;
    behaviour.manner = manner;
    behaviour.additional = true;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v2 = {{{{20, 256, true}}, {}, {6}, {20}, {}}};
    endpoint.v2[0].slots[0] = {36};
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    audit->NoteImplementation(manner == Manner::kStrongSwan ? "strongSwan" : "libreswan");
    Tally tally{"ML-KEM only"};
    tally.Check(RunAudit(audit.get(), &endpoint, 0), endpoint, endpoint.TruthV2(), 1);
    EXPECT_EQ(tally.incomplete, 0u);
    EXPECT_EQ(tally.wrong, 0u);
  }
}

// Nothing of it is common, and it takes nothing plain.
TEST(Ikev2AuditSimulation, RareSuitesThatRequireSeveralAdditionalKeyExchanges) {
  for (size_t slots : {size_t{1}, size_t{2}, size_t{3}}) {
    Behaviour behaviour;
    behaviour.additional = true;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v2 = {{{{25, 128, true}}, {}, {2}, {5}, {}}};
    const std::vector<uint16_t> methods[] = {{35, 37}, {32}, {36}};
    for (size_t slot = 0; slot < slots; ++slot) endpoint.v2[0].slots[slot] = methods[slot];
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    Tally tally{"rare, ML-KEM required"};
    tally.Check(RunAudit(audit.get(), &endpoint, 0), endpoint, endpoint.TruthV2(), slots);
    EXPECT_EQ(tally.incomplete, 0u);
    EXPECT_EQ(tally.wrong, 0u) << slots;
  }
}

// A third additional key exchange that is not ML-KEM, with nothing common beside it: as the only
// proposal, and beside a plain one of an endpoint that wants all that is offered to match.
TEST(Ikev2AuditSimulation, RareSuitesThatRequireAClassicalThirdKeyExchange) {
  for (Manner manner : {Manner::kStrongSwan, Manner::kLibreswan}) {
    Behaviour behaviour;
    behaviour.manner = manner;
    behaviour.additional = true;
    SimEndpoint endpoint(behaviour, 1);
    ProposalV2 rare{{{27, 128, true}}, {}, {1}, {25}, {}};
    rare.slots[0] = {36};
    rare.slots[1] = {19};
    rare.slots[2] = {28};
    endpoint.v2 = {rare};
    if (manner == Manner::kLibreswan) endpoint.v2.push_back({{{20, 256, true}}, {}, {5}, {14}, {}});
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    Tally tally{"rare, a classical third"};
    tally.Check(RunAudit(audit.get(), &endpoint, 0), endpoint, endpoint.TruthV2(), 1);
    EXPECT_EQ(tally.incomplete, 0u);
    EXPECT_EQ(tally.wrong, 0u);
  }
}

TEST(Ikev2AuditSimulation, OracleThatLooksAtGroupsOnlyIsDistrusted) {
  Family family = StrongSwan("group named first");
  family.behaviour.manner = Manner::kGroupFirst;
  family.runs = 60;
  Tally tally = RunFamily(family);
  EXPECT_EQ(tally.incomplete, 0u);
}

TEST(Ikev2AuditSimulation, Wildcard) {
  Tally tally{"strongSwan's defaults"};
  SimEndpoint endpoint({}, 1);
  endpoint.v2 = {Generator(1).MakeWildcardV2()};
  std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
  SimRun run = RunAudit(audit.get(), &endpoint, 0);
  tally.Check(run, endpoint, endpoint.TruthV2(), 1);
  tally.Print();
  EXPECT_EQ(tally.over_bound, 0u);
}

}  // namespace
}  // namespace ike::sim
