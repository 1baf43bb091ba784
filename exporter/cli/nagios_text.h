// The output of `probe --format nagios`: one line with performance data, and an exit code
// (Monitoring Plugins Development Guidelines). Called by the probe command and main.cc. Texts are
// built by pure functions; the printing ones write to standard output, of the main thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/cli/host_state.h"
#include "exporter/cli/options.h"
#include "probes/target.h"

namespace exporter {

// The values are the exit codes.
enum class PluginStatus : uint8_t { kOk, kWarning, kCritical, kUnknown };

struct PluginOutput {
  PluginStatus status = PluginStatus::kUnknown;
  std::string line;  // without its end
};

struct PluginHost {
  std::string text;  // as it was given
  std::string host;  // without the port
};

// CRITICAL: down as `require` defines it, or an RTT at or above the threshold. Without an RTT,
// after a retransmission, the time from the first copy to the answer is compared, which is never
// less.
PluginOutput PluginOutputOf(const PluginHost& host, ike::Require require,
                            const RttThresholds& thresholds, const VersionResults& results);

// UNKNOWN, for a failure before any probe. Control characters and '|' are replaced.
PluginOutput PluginFailure(std::string_view sentence);

// Prints the line and returns the exit code.
int PrintPluginOutput(const PluginOutput& output);

// Prints PluginFailure(sentence) and returns the exit code of UNKNOWN, 3.
int PluginError(std::string_view sentence);

}  // namespace exporter
