#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/probes/audit/sim_configurations.h"

namespace ike::sim {
namespace {

std::set<AlgorithmId> Accepted(const VersionAudit& audit) {
  return {audit.accepted.begin(), audit.accepted.end()};
}

std::string Text(const std::set<AlgorithmId>& set) {
  std::string text;
  for (const AlgorithmId& id : set) {
    text += std::string(KindName(id.kind)) + ":" + std::to_string(id.id);
    if (id.key_length != 0) text += "/" + std::to_string(id.key_length);
    text += " ";
  }
  return text;
}

std::set<AlgorithmId> Minus(const std::set<AlgorithmId>& a, const std::set<AlgorithmId>& b) {
  std::set<AlgorithmId> rest;
  std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
  return rest;
}

// What a family of configurations cost.
struct Tally {
  std::string name;
  size_t runs = 0, wrong = 0, incomplete = 0, over_bound = 0;
  size_t requests = 0, most_requests = 0, values = 0, most_half_open = 0, cookies = 0;
  double seconds = 0;

  void Add(const SimRun& run, const SimEndpoint& endpoint, const std::set<AlgorithmId>& truth) {
    ++runs;
    requests += run.result.requests;
    most_requests = std::max<size_t>(most_requests, run.result.requests);
    values += truth.size();
    most_half_open = std::max(most_half_open, endpoint.most_half_open());
    cookies += endpoint.cookies();
    seconds += std::chrono::duration<double>(run.took).count();
    if (!run.result.complete) ++incomplete;
    if (run.result.requests > 20 + 4 * truth.size()) ++over_bound;
  }
  void Print() const {
    double n = static_cast<double>(runs);
    std::printf(
        "%-34s %5zu runs %4zu wrong %4zu incomplete %4zu over bound | values %5.1f requests %6.1f "
        "(most %zu) seconds %6.1f half-open %zu cookies %zu\n",
        name.c_str(), runs, wrong, incomplete, over_bound, static_cast<double>(values) / n,
        static_cast<double>(requests) / n, most_requests, seconds / n, most_half_open, cookies);
  }
};

size_t Runs(size_t by_default) {
  const char* text = std::getenv("IKE_SIM_RUNS");
  return text == nullptr ? by_default : std::strtoul(text, nullptr, 10);
}

struct Family {
  std::string name;
  Behaviour behaviour;
  bool additional = false;
  double loss = 0;
  size_t runs = 300;
};

// Every configuration of a family must come out exactly, or, with loss, never wrong.
Tally RunFamily(const Family& family) {
  Tally tally{family.name};
  size_t runs = Runs(family.runs);
  for (uint64_t seed = 1; seed <= runs; ++seed) {
    Generator generator(seed * 7919);
    SimEndpoint endpoint(family.behaviour, seed);
    endpoint.v2 = generator.MakeV2List(family.additional);
    std::unique_ptr<Audit> audit = MakeIkev2Audit(AuditLimits{});
    SimRun run = RunAudit(audit.get(), &endpoint, family.loss);
    std::set<AlgorithmId> truth = endpoint.TruthV2();
    std::set<AlgorithmId> accepted = Accepted(run.result);
    std::set<AlgorithmId> unknown(run.result.unknown.begin(), run.result.unknown.end());
    std::set<AlgorithmId> invented = Minus(accepted, truth);
    std::set<AlgorithmId> missed = Minus(Minus(truth, accepted), unknown);
    for (const Undecidable& u : run.result.undecidable) missed.erase(u.algorithm);
    if (run.result.answered && (!invented.empty() || !missed.empty())) {
      ++tally.wrong;
      ADD_FAILURE() << family.name << " seed " << seed << " invented: " << Text(invented)
                    << " missed: " << Text(missed) << " truth: " << Text(truth);
    }
    tally.Add(run, endpoint, truth);
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
  EXPECT_EQ(tally.over_bound, 0u);
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
  EXPECT_EQ(Text(Accepted(run.result)), Text(endpoint.TruthV2()));
  tally.Add(run, endpoint, endpoint.TruthV2());
  tally.Print();
  EXPECT_EQ(tally.over_bound, 0u);
}

}  // namespace
}  // namespace ike::sim
