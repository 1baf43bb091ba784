// IKEv2 endpoints on whose refusals and errors little can be built.
#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace ike::sim
