#include "tests/probes/audit/sim_tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace ike::sim {
namespace {

std::set<AlgorithmId> Minus(const std::set<AlgorithmId>& a, const std::set<AlgorithmId>& b) {
  std::set<AlgorithmId> rest;
  std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
  return rest;
}

bool IsMethod(const AlgorithmId& id) { return id.kind == Kind::kAuthentication; }

}  // namespace

void Tally::Check(const SimRun& run, const SimEndpoint& endpoint,
                  const std::set<AlgorithmId>& truth, uint64_t seed) {
  const VersionAudit& result = run.result;
  std::set<AlgorithmId> accepted(result.accepted.begin(), result.accepted.end());
  std::erase_if(accepted, IsMethod);
  std::set<AlgorithmId> invented = Minus(accepted, truth);
  std::set<AlgorithmId> missed = Minus(truth, accepted);
  for (const AlgorithmId& id : result.unknown) missed.erase(id);
  for (const Undecidable& u : result.undecidable) missed.erase(u.algorithm);
  if (result.answered && (!invented.empty() || !missed.empty())) {
    ++wrong;
    ADD_FAILURE() << name << " seed " << seed << " invented: " << Text(invented)
                  << " missed: " << Text(missed) << " truth: " << Text(truth);
  }
  ++runs;
  requests += result.requests;
  most_requests = std::max<size_t>(most_requests, result.requests);
  most_beyond_values = std::max(most_beyond_values,
                                result.requests - std::min<size_t>(result.requests, truth.size()));
  values += truth.size();
  most_half_open = std::max(most_half_open, endpoint.most_half_open());
  cookies += endpoint.cookies();
  seconds += std::chrono::duration<double>(run.took).count();
  if (!result.complete) ++incomplete;
  // The method counts, although strongSwan leaves it undecidable.
  size_t method = endpoint.v1.empty() ? 0 : 1;
  if (result.requests > 20 + 4 * (truth.size() + method)) ++over_bound;
}

void Tally::Print() const {
  double n = static_cast<double>(runs);
  std::printf(
      "%-34s %5zu runs %4zu wrong %4zu incomplete %4zu over bound | values %5.1f requests %6.1f "
      "(most %zu) seconds %6.1f half-open %zu cookies %zu\n",
      name.c_str(), runs, wrong, incomplete, over_bound, static_cast<double>(values) / n,
      static_cast<double>(requests) / n, most_requests, seconds / n, most_half_open, cookies);
}

size_t SimRuns(size_t by_default) {
  const char* text = std::getenv("IKE_SIM_RUNS");
  return text == nullptr ? by_default : std::strtoul(text, nullptr, 10);
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

}  // namespace ike::sim
