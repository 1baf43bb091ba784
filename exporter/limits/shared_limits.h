// SharedLimits: what holds for the whole process, however many engines probe: no address and no
// network gets more because its names are dealt out to several engines. Outlives the engines; each
// part says what its thread rule is.
#pragma once

#include <cstdint>

#include "exporter/limits/audited_addresses.h"
#include "exporter/limits/half_open_budget.h"
#include "exporter/limits/network_pacer.h"
#include "exporter/limits/per_address_queue.h"
#include "exporter/limits/recent_answers.h"

namespace exporter {

struct SharedLimits {
  explicit SharedLimits(uint32_t engines = 1) : addresses(engines > 1), networks(engines > 1) {}

  HalfOpenBudget budget;
  PerAddressQueue addresses;
  AuditedAddresses audited;
  NetworkPacer networks;
  RecentAnswers answers;
};

}  // namespace exporter
