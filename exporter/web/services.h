// What the HTTP handlers work with. Filled by serve.cc before the server starts and constant since;
// plain pointers to objects that outlive the server and may be used by any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "exporter/engine/engine_pool.h"
#include "exporter/engine/reload.h"
#include "exporter/targets/store.h"

namespace exporter {

struct HttpServices {
  Store* store = nullptr;
  EnginePool* engines = nullptr;
  ConfigReloader* reloader = nullptr;
  AuditJudge judge;
  std::string telemetry_path = "/metrics";
  bool lifecycle = false;
  size_t history_limit = 100;                                     // probes of /probe that are kept
  ike::Duration timeout_margin = std::chrono::milliseconds(500);  // of a scrape's timeout
};

}  // namespace exporter
