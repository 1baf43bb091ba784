// The settings of a probe that the command line asks for: the configuration's, then the module's,
// then the flags. Pure but for reading the configuration file.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "config/config.h"
#include "exporter/cli/options.h"
#include "exporter/net/address.h"
#include "probes/target.h"

namespace exporter {

struct HostOrder {
  std::string text;  // as it was given
  std::string host;
  std::shared_ptr<const ike::ProbeSettings> settings;
};

// The error is one sentence, or the configuration's errors a line each.
tl::expected<config::Config, std::string> LoadForCommand(const ProbeCommandOptions& options);
tl::expected<HostOrder, std::string> OrderFor(const ProbeCommandOptions& options,
                                              const config::Config& config,
                                              const std::string& host);

}  // namespace exporter
