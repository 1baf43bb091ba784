// `ike_exporter serve`: wires everything up and runs until a signal.
#pragma once

#include "exporter/cli/options.h"

namespace exporter {

// Returns the exit code: 0 a clean stop, 1 it could not start.
int Serve(const ServeOptions& options);

}  // namespace exporter
