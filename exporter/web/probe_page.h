// /probe: the multi-target pattern of blackbox_exporter, answered with the gauges of one probe made
// now. Called by the site on a worker thread, which waits for the engine; any thread.
#pragma once

#include <string>

#include "exporter/http/message.h"
#include "exporter/web/on_demand_prober.h"
#include "exporter/web/recent_probes.h"

namespace exporter {

struct ProbeQuery {
  std::string target;
  std::string module;  // empty = the defaults
  bool debug = false;
  std::string scrape_timeout;  // X-Prometheus-Scrape-Timeout-Seconds; empty = none
  std::string client;
};

struct ProbeServices {
  const HttpServices* http;
  OnDemandProber* prober;
  RecentProbes* recent;
};

HttpReply ServeProbe(const ProbeServices& services, const ProbeQuery& query);

struct ProbeLimits {
  ike::Duration timeout;  // the module's
  ike::Duration margin;   // for the answer to be there in time
};
// The deadline of a probe: the smaller of the module's timeout and the scrape's less the margin.
// The error is a sentence.
tl::expected<ike::Duration, std::string> ProbeTimeout(const ProbeLimits& limits,
                                                      const std::string& scrape_timeout);

}  // namespace exporter
