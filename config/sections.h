// The sections of the main file that concern the exporter as a whole: [web], [metrics], [api],
// [log] and the packet rates of [probe]. Used by load.cc. Each reports its own problems.
#pragma once

#include "config/config.h"
#include "config/value.h"

namespace config {

void ReadWeb(const Value& value, WebSettings& web);
void ReadMetrics(const Value& value, MetricsSettings& metrics);
void ReadApi(const Value& value, ApiSettings& api);
void ReadLog(const Value& value, LogSettings& log);
// Reads `member` of [probe] if it is a packet rate; false if it is none. No module or target has
// one.
bool ReadPacketRate(const Member& member, PacketRates& rates, Problems& problems);

}  // namespace config
