// What the commands print for a person, and how they complain about their arguments. Called by the
// commands and main.cc. Standard output and standard error; of the main thread.
#pragma once

#include <string>

#include "exporter/engine/probe_run.h"
#include "probes/target.h"

namespace exporter {

// Prints one sentence to standard error and returns the exit code of a usage error, 2.
int UsageError(const std::string& sentence);

// "up" and the like: what the probe says of its version of IKE, in a clause.
std::string Headline(const ProbeResult& result);

void PrintHostHeading(const std::string& host, const ike::ProbeSettings& settings);
void PrintProbe(ike::IkeVersion version, const ProbeResult& result);

}  // namespace exporter
