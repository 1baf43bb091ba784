// Configurations of large fleets for the benchmarks: `count` targets on the addresses of
// 127.0.0.0/8 from 127.1.0.0 on. Pure functions.
#pragma once

#include <memory>

#include "config/config.h"

namespace bench {

struct FleetOptions {
  size_t count = 1000;
  uint16_t port = 500;
  bool ikev1 = true;
  bool ikev2 = true;
  config::MetricsDetail detail = config::MetricsDetail::kBasic;
};

std::shared_ptr<const config::Config> MakeFleet(const FleetOptions& options);

}  // namespace bench
