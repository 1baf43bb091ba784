// The command line, parsed and valid: one struct per command, filled by CLI11 behind options.cc.
// main.cc hands them on. Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "exporter/engine/engine_shard.h"

namespace exporter {

inline constexpr const char* kDefaultConfigFile = "/etc/ike_exporter/ike_exporter.toml";

struct ServeOptions {
  // The first is the configuration, the others hold more of its targets.
  std::vector<std::string> config_files{kDefaultConfigFile};
  bool config_check = false;
  std::vector<std::string> listen;  // overrides the file's
  std::string telemetry_path = "/metrics";
  std::string web_config_file;
  bool enable_lifecycle = false;
  bool systemd_socket = false;
  std::string storage_path;  // empty = audits do not survive a restart
  uint32_t threads = 1;
  Shard shard;
  std::string log_level;   // empty = the configuration's, which a reload may change
  std::string log_prober;  // the same of lines about single probes
  std::string log_format = "logfmt";
  uint32_t history_limit = 100;  // probes of /probe that are kept
  double timeout_offset = 0.5;   // seconds that a probe ends before its scrape's timeout
};

// What `probe` and `audit` share. An empty text means: not given.
struct ProbeCommandOptions {
  std::vector<std::string> hosts;
  std::string config_file;  // empty = none, or the default one where a module is named
  std::string module;
  uint16_t port = 0;
  std::string transport;
  std::string ike_version;
  std::string exchange;
  std::string proposal;
  std::string address_family;
  std::string timeout;
  std::string source_address;
  std::string policy;
  bool json = false;
};

enum class ProbeFormat : uint8_t { kText, kJson, kNagios };

// RTT from which on a status holds; nullopt: none.
struct RttThresholds {
  std::optional<std::chrono::milliseconds> warning;
  std::optional<std::chrono::milliseconds> critical;
};

struct ProbeOptions : ProbeCommandOptions {
  ProbeFormat format = ProbeFormat::kText;  // of --format and --json
  RttThresholds rtt;                        // with kNagios only
};
struct AuditOptions : ProbeCommandOptions {};

struct ImportOptions {
  std::string file;  // "-" = standard input
};

// --help and --version: what to print, and success.
struct PrintOptions {
  std::string text;
};

using Options = std::variant<ServeOptions, ProbeOptions, AuditOptions, ImportOptions, PrintOptions>;

// One sentence that says what was wrong with the command line.
tl::expected<Options, std::string> ParseCommandLine(int argc, const char* const* argv);

// Whether the command line has `--format nagios`, valid or not: its errors then need the output and
// exit code of a plugin.
bool AsksForPlugin(int argc, const char* const* argv);

}  // namespace exporter
