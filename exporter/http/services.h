// What the HTTP handlers work with. Plain pointers to objects that outlive the server.
#pragma once

#include <functional>
#include <string>

#include "exporter/engine/engine_pool.h"
#include "exporter/reload.h"
#include "exporter/store.h"

namespace exporter {

struct HttpServices {
  Store* store = nullptr;
  EnginePool* engines = nullptr;
  ConfigReloader* reloader = nullptr;
  AuditJudge judge;
  std::string telemetry_path = "/metrics";
  bool lifecycle = false;
};

}  // namespace exporter
