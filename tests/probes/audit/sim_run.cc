#include "tests/probes/audit/sim_run.h"

#include <algorithm>
#include <chrono>
#include <deque>

namespace ike::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

SimRun RunAudit(Audit* audit, SimEndpoint* endpoint, double loss, int half_open_budget) {
  SimRun run;
  TimePoint start{};
  TimePoint now = start + seconds(1000);
  start = now;
  std::deque<TimePoint> slots;
  while (true) {
    AuditStep step = audit->Next(now);
    if (step.action == AuditAction::kDone) break;
    if (step.action == AuditAction::kWait) {
      now = std::max(now + milliseconds(1), step.until);
      ++run.waits;
      continue;
    }
    if (step.may_leave_state) {
      while (!slots.empty() && slots.front() + seconds(31) <= now) slots.pop_front();
      if (slots.size() >= static_cast<size_t>(half_open_budget)) {
        now = slots.front() + seconds(31);
        continue;
      }
      slots.push_back(now);
      ++run.may_leave_state;
    }
    TimePoint sent = now;
    Outcome outcome = endpoint->Exchange(step.opening, loss, &now, step.timeout_fifths);
    if (step.may_leave_state && outcome.leaves_no_state()) slots.pop_back();
    audit->OnOutcome(outcome, now);
    now = std::max(now, sent + milliseconds(500));
  }
  run.result = audit->Result();
  run.took = now - start;
  return run;
}

}  // namespace ike::sim
