// Parses the command line and hands over.
#include <cstdio>
#include <exception>
#include <string>
#include <variant>

#include "exporter/cli/audit_command.h"
#include "exporter/cli/import_command.h"
#include "exporter/cli/nagios_text.h"
#include "exporter/cli/options.h"
#include "exporter/cli/output.h"
#include "exporter/cli/probe_command.h"
#include "exporter/cli/probe_text.h"
#include "exporter/daemon/serve.h"
#include "exporter/log/log.h"

namespace exporter {
namespace {

struct Run {
  int operator()(const ServeOptions& options) const { return Serve(options); }
  int operator()(const ProbeOptions& options) const { return RunProbeCommand(options); }
  int operator()(const AuditOptions& options) const { return RunAuditCommand(options); }
  int operator()(const ImportOptions& options) const { return RunImportCommand(options); }
  int operator()(const PrintOptions& options) const {
    std::fputs(options.text.c_str(), stdout);
    return 0;
  }
};

}  // namespace
}  // namespace exporter

int main(int argc, char** argv) {
  const bool plugin = exporter::AsksForPlugin(argc, argv);
  int failure = 1;
  exporter::PrepareOutput();
  exporter::StartLog("warn", "logfmt");  // to standard error; serve has settings of its own
  try {
    auto options = exporter::ParseCommandLine(argc, argv);
    if (!options && plugin) return exporter::PluginError(options.error());
    if (!options) return exporter::UsageError(options.error());
    if (std::holds_alternative<exporter::AuditOptions>(*options)) failure = 3;  // 1 is a violation
    const int code = std::visit(exporter::Run{}, *options);
    return exporter::FlushOutput() ? code : plugin ? 3 : 1;
  } catch (const std::exception& error) {
    // Threads or memory that the system does not give.
    if (plugin) return exporter::PluginError(std::string("cannot go on: ") + error.what());
    std::fprintf(stderr, "ike_exporter: cannot go on: %s\n", error.what());
    return failure;
  }
}
