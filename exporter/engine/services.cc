#include "exporter/engine/services.h"

#include "exporter/log.h"
#include "exporter/net/address.h"

namespace exporter {

void LearnBudget(const Services* services, const SlotUse& use, const ike::Outcome& outcome) {
  if (!outcome.cookie_required) return;
  const bool silent = !outcome.selected() && !outcome.leaves_no_state();
  const auto limit = services->budget->Learn(use, silent, services->now());
  if (!limit) return;
  Log(LogLevel::kWarn, "gateway limits half-open SAs below half_open_budget",
      {{"address", net::ToString(use.address)}, {"budget", std::to_string(*limit)}});
}

}  // namespace exporter
