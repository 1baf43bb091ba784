#include "exporter/cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <string_view>

#include "config/duration.h"
#include "config/host.h"
#include "exporter/base/version.h"
#include "exporter/web/routes.h"

namespace exporter {
namespace {

constexpr const char* kDescription =
    "Watches VPN gateways from the outside: sends IKEv1 and IKEv2 handshake openings and shows "
    "what "
    "they answer.";

std::string ListenAddress(const std::string& text) {
  if (config::ParseListenAddress(text)) return {};
  return "\"" + text +
         "\" is no listen address; expected one such as 127.0.0.1:10500, [::1]:10500 or :10500";
}

std::string TelemetryPath(const std::string& path) {
  bool plain = path.starts_with("/") && path.find_first_of("?#%") == std::string::npos &&
               std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain) return "\"" + path + "\" is no path; expected one such as /metrics";
  if (FindRoute(path, "") == nullptr) return {};
  return "\"" + path + "\" is served already; expected another path, such as /metrics";
}

Shard ParseShard(const std::string& text) {
  size_t slash = text.find('/');
  auto number = [](const char* begin, const char* end, uint32_t* out) {
    auto [at, error] = std::from_chars(begin, end, *out);
    return error == std::errc{} && at == end;
  };
  const char* begin = text.data();
  const char* end = begin + text.size();
  Shard shard;
  bool valid = slash != std::string::npos && number(begin, begin + slash, &shard.index) &&
               number(begin + slash + 1, end, &shard.count) && shard.count >= 1 &&
               shard.count <= 4096 && shard.index < shard.count;
  if (valid) return shard;
  throw CLI::ValidationError("--shard",
                             "\"" + text + "\" is no shard; expected INDEX/COUNT, such as 0/3");
}

void AddWebFlags(CLI::App* app, ServeOptions* options) {
  app->add_option("--web.listen-address", options->listen,
                  "Address to listen on; may be repeated. Overrides [web] listen.")
      ->type_name("HOST:PORT")
      ->check(ListenAddress)
      ->allow_extra_args(false);
  app->add_option("--web.telemetry-path", options->telemetry_path, "Path of the metrics.")
      ->check(TelemetryPath)
      ->capture_default_str();
  app->add_option("--web.config.file", options->web_config_file,
                  "TLS and basic authentication, in the exporter-toolkit's format.");
  app->add_flag("--web.enable-lifecycle,!--no-web.enable-lifecycle", options->enable_lifecycle,
                "Allow POST /-/reload.");
  app->add_flag("--web.systemd-socket,!--no-web.systemd-socket", options->systemd_socket,
                "Use the sockets that systemd passes instead of listening.");
}

void AddLogFlags(CLI::App* app, ServeOptions* options) {
  app->add_option("--log.level", options->log_level,
                  "Least severity to log. Goes before [log] level, which a reload may change.")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app->add_option("--log.prober", options->log_prober,
                  "Least severity of lines about single probes. Goes before [log] prober; as the "
                  "others by default.")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app->add_option("--log.format", options->log_format, "Form of log lines.")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
}

void AddServeFlags(CLI::App* app, ServeOptions* options) {
  app->add_option("--config.file", options->config_files,
                  "Configuration file (TOML); may be repeated, the others hold [[target]] tables.")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->default_str(options->config_files.front());
  app->add_flag("--config.check", options->config_check,
                "Check the configuration, print every error and exit.");
  AddWebFlags(app, options);
  app->add_option("--history.limit", options->history_limit,
                  "Probes of /probe that are kept for /logs; failures are kept longer.")
      ->check(CLI::Range(0u, 10000u))
      ->capture_default_str();
  app->add_option("--timeout-offset", options->timeout_offset,
                  "Seconds that a probe of /probe ends before its scrape times out.")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  app->add_option("--storage.path", options->storage_path,
                  "Directory in which audits survive a restart.");
  app->add_option("--probe.threads", options->threads, "Threads that probe.")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str();
  app->add_option_function<std::string>(
         "--shard", [options](const std::string& text) { options->shard = ParseShard(text); },
         "Probe only this share of the targets.")
      ->type_name("INDEX/COUNT");
  AddLogFlags(app, options);
}

void AddProbeFlags(CLI::App* app, ProbeCommandOptions* options) {
  app->add_option("HOST", options->hosts, "name, address, host:port or [v6]:port")->required();
  app->add_option("--config.file", options->config_file,
                  "Configuration file, for --module and policies of your own.");
  app->add_option("--module", options->module, "Named set of settings of the configuration.");
  app->add_option("--port", options->port, "Port; the transport's own by default.")
      ->check(CLI::Range(1, 65535));
  app->add_option("--transport", options->transport, "Transport.")
      ->check(CLI::IsMember({"udp", "udp-encap", "tcp", "tcp-raw"}));
  app->add_option("--ike-version", options->ike_version, "IKE version.")
      ->check(CLI::IsMember({"1", "2", "both"}));
  app->add_option("--exchange", options->exchange, "IKEv1 exchange.")
      ->check(CLI::IsMember({"main", "aggressive"}));
  app->add_option("--proposal", options->proposal, "Proposal set.")
      ->check(CLI::IsMember({"broad", "modern", "compat"}));
  app->add_option("--address-family", options->address_family, "Address family.")
      ->check(CLI::IsMember({"any", "ipv4", "ipv6"}));
  app->add_option("--timeout", options->timeout, "Time for one probe, such as 5s.");
  app->add_option("--source-address", options->source_address, "Address to send from.");
  app->add_option("--policy", options->policy,
                  "Policy to judge by: ietf, nist, bsi, cnsa2 or your own.");
  app->add_flag("--json", options->json, "Print one JSON object a line.");
}

// The flags of `probe` alone, as they were given; empty: not given.
struct FormatFlags {
  std::string format;
  std::string warning_rtt;
  std::string critical_rtt;
};

void AddFormatFlags(CLI::App* app, FormatFlags* flags) {
  app->add_option("--format", flags->format,
                  "Form of the output; text by default. nagios is a plugin's line and exit code.")
      ->check(CLI::IsMember({"text", "json", "nagios"}));
  app->add_option("--warning-rtt", flags->warning_rtt,
                  "With nagios: WARNING from this round-trip time on, such as 500ms.");
  app->add_option("--critical-rtt", flags->critical_rtt,
                  "With nagios: CRITICAL from this round-trip time on.");
}

using Checked = tl::expected<void, std::string>;

Checked SetThreshold(const char* flag, const std::string& text,
                     std::optional<std::chrono::milliseconds>* threshold) {
  if (text.empty()) return {};
  const auto duration = config::ParseDuration(text);
  if (!duration || duration->count() < 1 || *duration > std::chrono::minutes(10)) {
    return tl::make_unexpected(std::string(flag) + ": \"" + text +
                               "\" is no duration of 1ms to 10m, such as 500ms");
  }
  *threshold = *duration;
  return {};
}

Checked SetThresholds(const FormatFlags& flags, RttThresholds* rtt) {
  auto set = SetThreshold("--warning-rtt", flags.warning_rtt, &rtt->warning);
  if (set) set = SetThreshold("--critical-rtt", flags.critical_rtt, &rtt->critical);
  if (!set) return set;
  if (rtt->warning && rtt->critical && *rtt->critical < *rtt->warning) {
    return tl::make_unexpected("--critical-rtt: " + flags.critical_rtt + " is below --warning-rtt");
  }
  return {};
}

Checked SetFormat(const FormatFlags& flags, ProbeOptions* options) {
  if (options->json && !flags.format.empty() && flags.format != "json") {
    return tl::make_unexpected("--json: not with --format " + flags.format);
  }
  if (options->json || flags.format == "json") options->format = ProbeFormat::kJson;
  if (flags.format == "nagios") {
    options->format = ProbeFormat::kNagios;
    if (options->hosts.size() == 1) return SetThresholds(flags, &options->rtt);
    return tl::make_unexpected("--format nagios: one HOST at a time");
  }
  if (flags.warning_rtt.empty() && flags.critical_rtt.empty()) return {};
  return tl::make_unexpected("--warning-rtt, --critical-rtt: only with --format nagios");
}

std::string OneSentence(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

tl::expected<Options, std::string> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app(kDescription, "ike_exporter");
  ServeOptions serve;
  ProbeOptions probe;
  AuditOptions audit;
  ImportOptions import;
  app.set_version_flag("--version,-V", VersionText());
  app.set_help_flag("--help,-h", "Print this help and exit.");
  app.require_subcommand(0, 1);
  AddServeFlags(&app, &serve);
  CLI::App* serve_command = app.add_subcommand("serve", "Run the exporter (the default).");
  AddServeFlags(serve_command, &serve);
  CLI::App* probe_command =
      app.add_subcommand("probe", "Probe hosts once and print what they answer.");
  AddProbeFlags(probe_command, &probe);
  FormatFlags format;
  AddFormatFlags(probe_command, &format);
  CLI::App* audit_command =
      app.add_subcommand("audit", "Find out everything that hosts accept, and judge it.");
  AddProbeFlags(audit_command, &audit);
  CLI::App* import_command =
      app.add_subcommand("import", "Turn a list of hosts, one a line, into [[target]] tables.");
  import_command->add_option("FILE", import.file, "The list; - is standard input.")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return PrintOptions{app.help()};
  } catch (const CLI::CallForVersion&) {
    return PrintOptions{VersionText() + "\n"};
  } catch (const CLI::ParseError& error) {
    return tl::make_unexpected(OneSentence(error.what()));
  }
  if (probe_command->parsed()) {
    if (auto set = SetFormat(format, &probe); !set) return tl::make_unexpected(set.error());
    return probe;
  }
  if (audit_command->parsed()) return audit;
  if (import_command->parsed()) return import;
  return serve;
}

bool AsksForPlugin(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--format=nagios") return true;
    if (argument == "--format" && i + 1 < argc && argv[i + 1] == std::string_view("nagios")) {
      return true;
    }
  }
  return false;
}

}  // namespace exporter
