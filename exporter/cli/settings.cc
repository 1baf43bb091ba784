#include "exporter/cli/settings.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/duration.h"
#include "config/host.h"
#include "config/load.h"
#include "probes/algorithms/policy.h"

namespace exporter {
namespace {

using Settings = ike::ProbeSettings;
using Checked = tl::expected<void, std::string>;

// CLI11 has checked that `text` is one of the names.
template <typename Enum, size_t N>
void SetByName(const std::string& text, const std::string_view (&names)[N], Enum* out) {
  auto found = std::find(std::begin(names), std::end(names), text);
  if (found != std::end(names)) *out = static_cast<Enum>(found - std::begin(names));
}

Checked SetTimeout(const std::string& text, Settings* settings) {
  if (text.empty()) return {};
  auto duration = config::ParseDuration(text);
  if (!duration || duration->count() < 1 || *duration > std::chrono::minutes(10)) {
    return tl::make_unexpected("--timeout: \"" + text +
                               "\" is no duration of 1ms to 10m, such as 5s");
  }
  settings->timeout = *duration;
  return {};
}

Checked SetSource(const std::string& text, Settings* settings) {
  if (text.empty()) return {};
  auto address = config::ParseIpAddress(text);
  if (!address) {
    return tl::make_unexpected("--source-address: \"" + text + "\" is no IP address");
  }
  settings->source_address = *address;
  return {};
}

Checked SetPolicy(const std::string& text, const config::Config& config, Settings* settings) {
  if (text.empty()) return {};
  if (!ike::IsBuiltInPolicy(text) && !config.policies.contains(text)) {
    return tl::make_unexpected("--policy: there is no policy \"" + text +
                               "\"; expected ietf, nist, bsi, cnsa2 or one of the configuration");
  }
  settings->policy = text;
  return {};
}

void SetVersions(const std::string& text, Settings* settings) {
  if (text.empty()) return;
  settings->ikev1 = settings->ikev1_named = text != "2";
  settings->ikev2 = text != "1";
}

void SetEndpoint(const ProbeCommandOptions& options, std::optional<uint16_t> port,
                 Settings* settings) {
  uint16_t wanted = port.value_or(options.port);
  SetByName(options.transport, ike::kTransportNames, &settings->transport);
  if (!options.transport.empty()) settings->port = ike::DefaultPort(settings->transport);
  // Port 4500 alone means the marker that daemons expect there (contract section 5).
  if (options.transport.empty() && wanted == 4500 && settings->transport == ike::Transport::kUdp) {
    settings->transport = ike::Transport::kUdpEncap;
  }
  if (wanted != 0) settings->port = wanted;
}

}  // namespace

tl::expected<config::Config, std::string> LoadForCommand(const ProbeCommandOptions& options) {
  std::string config_file = options.config_file;
  if (config_file.empty() && !options.module.empty()) config_file = kDefaultConfigFile;
  if (config_file.empty()) return config::Config{};
  auto loaded = config::Load(config_file);
  if (loaded) return std::move(*loaded);
  std::string text;
  for (const config::ConfigError& error : loaded.error()) {
    if (!text.empty()) text += "\n";
    text += config::Format(error);
  }
  return tl::make_unexpected(text);
}

tl::expected<HostOrder, std::string> OrderFor(const ProbeCommandOptions& options,
                                              const config::Config& config,
                                              const std::string& host) {
  auto parsed = config::ParseHostPort(host);
  if (!parsed) return tl::make_unexpected(parsed.error());
  Settings settings = *config.defaults;
  if (!options.module.empty()) {
    auto module = config.modules.find(options.module);
    if (module == config.modules.end()) {
      const std::string file =
          options.config_file.empty() ? kDefaultConfigFile : options.config_file;
      return tl::make_unexpected("--module: " + file + " has no module \"" + options.module + "\"");
    }
    settings = *module->second;
  }
  SetEndpoint(options, parsed->port, &settings);
  SetVersions(options.ike_version, &settings);
  if (!options.exchange.empty()) {
    settings.exchange =
        options.exchange == "main" ? ike::Ikev1Mode::kMain : ike::Ikev1Mode::kAggressive;
  }
  SetByName(options.proposal, ike::kProposalSetNames, &settings.proposal);
  SetByName(options.address_family, ike::kAddressFamilyNames, &settings.address_family);
  for (const Checked& checked :
       {SetTimeout(options.timeout, &settings), SetSource(options.source_address, &settings),
        SetPolicy(options.policy, config, &settings)}) {
    if (!checked) return tl::make_unexpected(checked.error());
  }
  auto literal = config::ParseIpAddress(parsed->host);
  if (literal && !ike::IsOfFamily(*literal, settings.family_to_probe())) {
    return tl::make_unexpected("\"" + parsed->host +
                               "\" is of another family than --address-family or "
                               "--source-address asks for");
  }
  return HostOrder{host, parsed->host, std::make_shared<const Settings>(std::move(settings))};
}

}  // namespace exporter
