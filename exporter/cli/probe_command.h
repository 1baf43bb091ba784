// `ike_exporter probe`: one liveness probe per host and IKE version, for a person, as JSON lines or
// as a Nagios plugin.
// Called by main.cc; returns when every probe is done. Of the main thread.
#pragma once

#include "exporter/cli/options.h"

namespace exporter {

// Returns the exit code of the contract: 0 every host answered as `require` asks, 1 some did not, 2
// a mistake in the arguments; with --format nagios that of a plugin.
int RunProbeCommand(const ProbeOptions& options);

}  // namespace exporter
