// `ike_exporter serve`: wires everything up and runs until a signal. Called by main.cc; the only
// place that knows the engine, the store and the HTTP side together. Of the main thread.
#pragma once

#include "exporter/cli/options.h"

namespace exporter {

// Returns the exit code: 0 a clean stop, 1 it could not start.
int Serve(const ServeOptions& options);

}  // namespace exporter
