#include "exporter/cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

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
  if (probe_command->parsed()) return probe;
  if (audit_command->parsed()) return audit;
  if (import_command->parsed()) return import;
  return serve;
}

}  // namespace exporter
