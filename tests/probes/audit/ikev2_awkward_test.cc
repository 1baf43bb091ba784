// IKEv2 endpoints on whose refusals and errors little can be built.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <variant>

#include "probes/algorithms/registry.h"
#include "tests/probes/audit/sim_tally.h"

namespace ike::sim {
namespace {

const ProposalV2 kAesCbc{{{12, 256, false}}, {12}, {5}, {14, 19}, {}};

SimRun Audited(SimEndpoint* endpoint, const AuditLimits& limits = {}) {
  std::unique_ptr<Audit> audit = MakeIkev2Audit(limits);
  SimRun run = RunAudit(audit.get(), endpoint, 0);
  EXPECT_EQ(audit->estimated_requests(), audit->requests());
  return run;
}

// What is not decided may be unknown, and then the audit is incomplete; it is never wrong.
Tally Checked(const SimRun& run, const SimEndpoint& endpoint) {
  Tally tally{"awkward"};
  tally.Check(run, endpoint, endpoint.TruthV2(), 1);
  return tally;
}

TEST(AwkwardIkev2, AnotherVersionOnly) {
  Behaviour behaviour;
  behaviour.refuses_version = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v2 = {kAesCbc};
  SimRun run = Audited(&endpoint);
  EXPECT_FALSE(run.result.answered);
  EXPECT_EQ(run.result.requests, 1u);
}

TEST(AwkwardIkev2, InvalidSyntaxToGroupsThatItLacks) {
  Behaviour behaviour;
  behaviour.is_odd_about_groups = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v2 = {kAesCbc};
  SimRun run = Audited(&endpoint);
  EXPECT_EQ(Checked(run, endpoint).wrong, 0u);
  EXPECT_TRUE(run.result.answered);
}

TEST(AwkwardIkev2, RefusesLongOffers) {
  for (size_t most : {size_t{4}, size_t{12}, size_t{30}}) {
    Behaviour behaviour;
    behaviour.most_transforms = most;
    behaviour.limits = false;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v2 = {kAesCbc};
    SimRun run = Audited(&endpoint);
    EXPECT_TRUE(run.result.answered) << most;
    EXPECT_LE(run.result.requests, 400u) << most;
  }
}

TEST(AwkwardIkev2, DropsOffersOfAdditionalKeyExchanges) {
  Behaviour behaviour;
  behaviour.drops_additional = true;
  SimEndpoint endpoint(behaviour, 1);
  endpoint.v2 = {kAesCbc};
  SimRun run = Audited(&endpoint);
  EXPECT_EQ(Checked(run, endpoint).wrong, 0u);
  EXPECT_FALSE(run.result.complete);
  bool unknown = std::ranges::any_of(
      run.result.unknown, [](const AlgorithmId& id) { return id.kind == Kind::kAdditionalKe; });
  EXPECT_TRUE(unknown);
}

TEST(AwkwardIkev2, FallsSilentForGood) {
  for (size_t answers : {size_t{2}, size_t{5}, size_t{7}}) {
    Behaviour behaviour;
    behaviour.silent_after = answers;
    SimEndpoint endpoint(behaviour, 1);
    endpoint.v2 = {kAesCbc};
    SimRun run = Audited(&endpoint);
    EXPECT_EQ(Checked(run, endpoint).wrong, 0u);
    EXPECT_FALSE(run.result.complete) << answers;
    EXPECT_FALSE(run.result.unknown.empty()) << answers;
  }
}

TEST(AwkwardIkev2, NoMoreRequestsThanAllowed) {
  SimEndpoint endpoint({}, 1);
  endpoint.v2 = {kAesCbc};
  AuditLimits limits;
  limits.max_requests = 6;
  SimRun run = Audited(&endpoint, limits);
  EXPECT_EQ(run.result.requests, 6u);
  EXPECT_FALSE(run.result.complete);
  EXPECT_EQ(Checked(run, endpoint).wrong, 0u);
}

TEST(AwkwardIkev2, EstimateExceedsWhatWasSentUntilTheEnd) {
  SimEndpoint endpoint({}, 1);
  endpoint.v2 = {kAesCbc};
  std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  AuditStep step = audit->Next(now);
  EXPECT_GT(audit->estimated_requests(), 10u);
  audit->OnOutcome(endpoint.Exchange(step.opening, 0, &now), now);
  EXPECT_GT(audit->estimated_requests(), audit->requests());
}

TEST(AwkwardIkev2, TakesEveryGroup) {
  for (double loss : {0.0, 0.4}) {
    SimEndpoint endpoint({}, 1);
    ProposalV2 proposal = kAesCbc;
    proposal.groups.clear();
    for (const Algorithm& row : AllAlgorithms(IkeVersion::kV2, Kind::kDh)) {
      // The oracle's first group is refused, as by everybody.
      if (row.in_ike_sa && row.id != 25) proposal.groups.push_back(row.id);
    }
    endpoint.v2 = {proposal};
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    const SimRun run = RunAudit(audit.get(), &endpoint, loss);
    EXPECT_EQ(Checked(run, endpoint).wrong, 0u) << loss;
    EXPECT_TRUE(run.result.complete || loss > 0);
  }
}

TEST(AwkwardIkev2, AnAdditionalKeyExchangeInTheSecondSlotOnly) {
  Behaviour behaviour;
  behaviour.additional = true;
  SimEndpoint endpoint(behaviour, 1);
  ProposalV2 hybrid = kAesCbc;
  hybrid.slots[1] = {36};
  endpoint.v2 = {kAesCbc, hybrid};
  const SimRun run = Audited(&endpoint);
  EXPECT_EQ(Checked(run, endpoint).incomplete, 0u);
  const AlgorithmId ml_kem{Kind::kAdditionalKe, 36, 0};
  EXPECT_TRUE(std::ranges::binary_search(run.result.accepted, ml_kem));
}

TEST(AwkwardIkev2, FallsSilentAnywhereInQuestionsOfAdditionalKeyExchanges) {
  ProposalV2 hybrid = kAesCbc;
  hybrid.slots[0] = {36, 37};
  for (Manner manner : {Manner::kStrongSwan, Manner::kLibreswan}) {
    Behaviour behaviour;
    behaviour.manner = manner;
    behaviour.additional = true;
    behaviour.limits = false;
    for (behaviour.silent_after = 1; behaviour.silent_after < 30; ++behaviour.silent_after) {
      SimEndpoint endpoint(behaviour, 1);
      endpoint.v2 = {kAesCbc, hybrid};
      EXPECT_EQ(Checked(Audited(&endpoint), endpoint).wrong, 0u) << behaviour.silent_after;
    }
  }
}

// INVALID_KE_PAYLOAD for whatever is offered, until nothing is left to offer, the group of the KE
// payload included; `answered` says which requests.
VersionAudit AuditedByALiar(const std::function<bool(uint32_t)>& answered) {
  std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
  TimePoint now{std::chrono::hours(1)};
  for (AuditStep step = audit->Next(now); step.action != AuditAction::kDone;
       step = audit->Next(now)) {
    now += std::chrono::seconds(60);
    if (step.action == AuditAction::kWait) continue;
    Outcome outcome;
    outcome.version = IkeVersion::kV2;
    outcome.packets_sent = 1;
    outcome.reason = Reason::kTimeout;
    if (answered(audit->requests())) {
      outcome.answer = AnswerKind::kInvalidKe;
      outcome.version_answered = true;
      outcome.reason = Reason::kRejected;
      const auto& opening = std::get<Ikev2Opening>(step.opening);
      outcome.invalid_ke_group = opening.proposals.front().transforms.back().id;
    }
    audit->OnOutcome(outcome, now);
  }
  return audit->Result();
}

TEST(AwkwardIkev2, NamesWhateverItIsOffered) {
  // Three questions from `lost` on meet silence; what is asked in between, to see who lives, does
  // not.
  for (uint32_t lost : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 1000u}) {
    const VersionAudit result = AuditedByALiar([lost](uint32_t request) {
      return request < lost || request > lost + 4 || (request - lost) % 2 == 1;
    });
    EXPECT_TRUE(result.answered) << lost;
    EXPECT_TRUE(result.accepted.empty()) << "nothing was ever selected, " << lost;
    EXPECT_FALSE(result.complete) << lost;
    EXPECT_LE(result.requests, 400u) << lost;
  }
}

}  // namespace
}  // namespace ike::sim
