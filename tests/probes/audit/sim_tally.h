// Tally: checks audits of simulated endpoints for exactness and adds up what they cost. For tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "tests/probes/audit/sim_run.h"

namespace ike::sim {

struct Tally {
  std::string name;
  size_t runs = 0;
  size_t wrong = 0;
  size_t incomplete = 0;
  size_t over_bound = 0;  // more than 20 + 4 requests for each accepted value
  size_t requests = 0;
  size_t most_requests = 0;
  size_t most_beyond_values = 0;  // requests less accepted values
  size_t values = 0;
  size_t most_half_open = 0;
  size_t cookies = 0;
  double seconds = 0;

  // Fails the test when an answered audit accepts what the endpoint does not, or calls refused what
  // it accepts. What is unknown or undecidable is not wrong.
  void Check(const SimRun& run, const SimEndpoint& endpoint, const std::set<AlgorithmId>& truth,
             uint64_t seed);
  void Print() const;
};

// The number of configurations of a family; the environment variable IKE_SIM_RUNS overrides it.
size_t SimRuns(size_t by_default);

std::string Text(const std::set<AlgorithmId>& set);

}  // namespace ike::sim
