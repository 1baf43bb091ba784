// State of a host by its probes, one for each IKE version. Used by the probe command. Pure
// functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "exporter/targets/probe_result.h"
#include "probes/target.h"

namespace exporter {

// [version - 1]; nullopt: not probed.
using VersionResults = std::array<std::optional<ProbeResult>, 2>;

// kUnknown: nothing is known of the host, since its name has no address, this system could not
// send, or the half-open budget is spent.
enum class HostState : uint8_t { kUp, kDown, kUnknown };

HostState StateOf(const ProbeResult& result);

// Combines the versions as `require` asks. An unknown one leaves the host unknown unless the other
// decides.
HostState StateOf(ike::Require require, const VersionResults& results);

}  // namespace exporter
