// The running configuration as TOML again, for /config and /probe?debug=true: what was included is
// in its place, settings are what they came to, secrets are hidden. But for those, reading it gives
// the same configuration. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "probes/target.h"

namespace exporter {

// Stands for the identity of Aggressive Mode: whoever knows it gets an answer that can be cracked.
inline constexpr std::string_view kHidden = "<secret>";

// Everything but the targets.
std::string ConfigHeadText(const config::Config& config);

// One [[target]] table: of the settings what its module, or [probe], does not say already.
void AppendTargetText(const config::Config& config, const ike::Target& target, std::string* text);

// Every key of [probe], a line each.
std::string SettingsText(const ike::ProbeSettings& settings);

}  // namespace exporter
