// Audits of endpoints that drop what they refuse: as exact as those of endpoints that refuse aloud.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/probes/audit/sim_configurations.h"
#include "tests/probes/audit/sim_tally.h"

namespace ike::sim {
namespace {

using std::chrono::seconds;

struct Family {
  std::string name;
  Behaviour behaviour;
  double loss = 0;
  size_t runs = 40;
};

Behaviour SilentV1(bool initiator_order) {
  Behaviour behaviour;
  behaviour.silent_v1 = true;
  behaviour.anonymous = true;
  behaviour.v1_initiator_order = initiator_order;
  return behaviour;
}

Tally RunV1(const Family& family) {
  Tally tally{family.name};
  for (uint64_t seed = 1; seed <= SimRuns(family.runs); ++seed) {
    Generator generator(seed * 104729);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v1 = generator.MakeV1List(false);
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    tally.Check(RunAudit(audit.get(), &endpoint, family.loss), endpoint, endpoint.TruthV1(), seed);
  }
  tally.Print();
  return tally;
}

Tally RunV2(const Family& family) {
  Tally tally{family.name};
  for (uint64_t seed = 1; seed <= SimRuns(family.runs); ++seed) {
    Generator generator(seed * 7919);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v2 = generator.MakeV2List(false);
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    tally.Check(RunAudit(audit.get(), &endpoint, family.loss), endpoint, endpoint.TruthV2(), seed);
  }
  tally.Print();
  return tally;
}

// Where no contact is answered nothing is said of the endpoint; contacts have every value, not
// every combination of them.
void ExpectExact(const Tally& tally) {
  EXPECT_EQ(tally.wrong, 0u);
  EXPECT_EQ(tally.incomplete, 0u);
  EXPECT_LE(tally.unanswered * 20, tally.runs);
}

TEST(SilentRefuser, MainModeIsExactAtTwiceThePrice) {
  for (const bool initiator_order : {false, true}) {
    Behaviour behaviour = SilentV1(initiator_order);
    const Tally silent = RunV1({"IKEv1 silent refuser", behaviour});
    behaviour.silent_v1 = false;
    const Tally loud = RunV1({"IKEv1 refuser", behaviour});
    ExpectExact(silent);
    EXPECT_LE(silent.requests, 2 * loud.requests + silent.runs * 6);
    EXPECT_LE(silent.most_half_open, 3u);
  }
}

TEST(SilentRefuser, MainModeIsExactWhereAFifthOfThePacketsIsLost) {
  for (const bool initiator_order : {false, true}) {
    const Tally tally = RunV1({"IKEv1 silent refuser, 20 % loss", SilentV1(initiator_order), 0.2});
    EXPECT_EQ(tally.wrong, 0u);
    EXPECT_LE(tally.incomplete * 20, tally.runs);
  }
}

TEST(SilentRefuser, TenCommonValuesTakeNinetySeconds) {
  SimEndpoint endpoint(SilentV1(false), 1);
  endpoint.v1 = {{{{7, 256}, {7, 128}, {5, 0}, {1, 0}}, {1, 2, 4}, {2, 5, 14}}};
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  const SimRun run = RunAudit(audit.get(), &endpoint, 0);
  EXPECT_TRUE(run.result.complete);
  EXPECT_EQ(run.result.accepted.size(), 10u + 0u);
  EXPECT_LE(run.took, seconds(110));
}

TEST(SilentRefuser, OffersTheLifeThatIsTaken) {
  for (const LifeCheck check : {LifeCheck::kStrict, LifeCheck::kExact, LifeCheck::kClaim}) {
    for (const uint32_t own : {3600u, 28800u, 86400u}) {
      Behaviour behaviour = SilentV1(true);
      behaviour.life_check = check;
      behaviour.own_life = own;
      SimEndpoint endpoint(behaviour, 1);
      endpoint.v1 = {{{{7, 256}}, {4}, {14}}};
      std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
      Tally tally{"life"};
      tally.Check(RunAudit(audit.get(), &endpoint, 0), endpoint, endpoint.TruthV1(), own);
      EXPECT_EQ(tally.wrong + tally.incomplete + tally.unanswered, 0u) << own;
      const uint32_t offered = audit->Result().life_seconds;
      if (check == LifeCheck::kExact) {
        EXPECT_EQ(offered, own);
      } else if (check == LifeCheck::kStrict) {
        EXPECT_LE(offered, own);
        EXPECT_GT(offered, 0u);
      }
    }
  }
}

TEST(SilentRefuser, AggressiveModeOfEachGroupIsFound) {
  for (const uint16_t group : {2, 5, 14, 15, 16, 19, 20}) {
    Behaviour behaviour = Libreswan({1});
    behaviour.silent_v1 = behaviour.anonymous = behaviour.aggressive = true;
    behaviour.main_mode = false;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v1 = {{{{7, 256}}, {2}, {group}}};
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    const SimRun run = RunAudit(audit.get(), &endpoint, 0);
    EXPECT_TRUE(run.result.aggressive_mode) << group;
    EXPECT_TRUE(run.result.complete) << group;
  }
}

TEST(SilentRefuser, ContactHasEveryValue) {
  for (const ProposalV1& own :
       {ProposalV1{{{3, 128}}, {2}, {2}}, ProposalV1{{{6, 128}}, {4}, {14}},
        ProposalV1{{{8, 256}}, {2}, {5}}, ProposalV1{{{7, 256}}, {6}, {2}},
        ProposalV1{{{7, 128}}, {2}, {24}}, ProposalV1{{{5, 0}}, {1}, {31}}}) {
    SimEndpoint endpoint(SilentV1(true), 1);
    endpoint.v1 = {own};
    std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
    EXPECT_TRUE(RunAudit(audit.get(), &endpoint, 0).result.answered) << own.ciphers[0].id;
  }
}

TEST(SilentRefuser, TheRestIsNotSearchedWhereTheOtherVersionAnswers) {
  SimEndpoint nobody(SilentV1(true), 1);
  std::unique_ptr<Audit> audit = MakeIkev1Audit(AuditLimits{});
  audit->NoteOtherVersionAnswers();
  const SimRun run = RunAudit(audit.get(), &nobody, 0);
  EXPECT_FALSE(run.result.answered);
  EXPECT_LE(run.result.requests, 17u);
}

TEST(SilentRefuser, Ikev2IsExactWithAndWithoutInvalidKe) {
  for (const bool silent_invalid_ke : {false, true}) {
    Behaviour behaviour;
    behaviour.anonymous = behaviour.silent_refusal_v2 = true;
    behaviour.silent_invalid_ke = silent_invalid_ke;
    ExpectExact(RunV2({"IKEv2 silent refuser", behaviour}));
    const Tally lossy = RunV2({"IKEv2 silent refuser, 20 % loss", behaviour, 0.2});
    EXPECT_EQ(lossy.wrong, 0u);
    EXPECT_LE(lossy.incomplete * 20, lossy.runs);
  }
}

}  // namespace
}  // namespace ike::sim
