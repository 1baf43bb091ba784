// RunAudit: one whole audit of a SimEndpoint, in no time. For tests; one thread.
#pragma once

#include <cstdint>

#include "probes/audit/audit.h"
#include "tests/probes/audit/sim_endpoint.h"

namespace ike::sim {

// Carries an audit out against the endpoint, with the budget and the rate of the engine's defaults.
struct SimRun {
  VersionAudit result;
  Duration took{};
  uint32_t may_leave_state = 0;
  uint32_t waits = 0;
};
SimRun RunAudit(Audit* audit, SimEndpoint* endpoint, double loss, int half_open_budget = 2);

}  // namespace ike::sim
