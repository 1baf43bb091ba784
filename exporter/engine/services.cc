#include "exporter/engine/services.h"

#include "exporter/engine/probe_log.h"

namespace exporter {

void LearnBudget(const Services* services, const SlotUse& use, const ike::Outcome& outcome) {
  if (!outcome.cookie_required) return;
  const bool silent = !outcome.selected() && !outcome.leaves_no_state();
  const auto limit = services->budget->Learn(use, silent, services->now());
  if (limit) LogLowerBudget(use.address, *limit);
}

}  // namespace exporter
