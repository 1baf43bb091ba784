// KeptProbe: one finished probe of /probe: what was asked, what was said and what came of it. Its
// texts are made when somebody reads them. A value; immutable once it is kept, so any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "exporter/json/probe_json.h"
#include "exporter/web/on_demand_prober.h"

namespace exporter {

struct KeptProbe {
  uint64_t id = 0;     // from 1, in the order of the ends; 0 = not kept
  double at = 0;       // Unix time of its end
  std::string target;  // as it was asked for
  std::string module;  // empty = the defaults
  bool success = false;
  double duration_seconds = 0;
  std::shared_ptr<const ike::ProbeSettings> settings;
  ike::IpAddress address;  // empty: the name did not resolve,
  std::string error;       // for this reason
  OnDemandProber::Answers answers;
  std::string metrics;  // what the scrape got
};

// A readable log: each packet decoded, the metrics that resulted, the settings that were used.
std::string ProbeLogText(const KeptProbe& probe);

// Its row in the list of them.
Json KeptProbeJson(const KeptProbe& probe);

// Sets what follows from the answers: `success` and `metrics`.
void Conclude(const std::string& host, KeptProbe* probe);

}  // namespace exporter
