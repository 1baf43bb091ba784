// The sections of the main file that concern the exporter as a whole: [web], [metrics], [api],
// [log] and [probe] packets_per_second. Used by load.cc. Each reports its own problems.
#pragma once

#include "config/config.h"
#include "config/value.h"

namespace config {

void ReadWeb(const Value& value, WebSettings& web);
void ReadMetrics(const Value& value, MetricsSettings& metrics);
void ReadApi(const Value& value, ApiSettings& api);
void ReadLog(const Value& value, std::string& level);
// [probe] packets_per_second: of the whole exporter, so no module or target has it.
bool ReadPacketsPerSecond(const Value& value, uint32_t& packets_per_second);

}  // namespace config
