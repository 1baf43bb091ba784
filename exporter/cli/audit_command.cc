#include "exporter/cli/audit_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "exporter/cli/audit_progress.h"
#include "exporter/cli/audit_text.h"
#include "exporter/cli/output.h"
#include "exporter/cli/probe_text.h"
#include "exporter/cli/settings.h"
#include "exporter/engine/audit_judge.h"
#include "exporter/engine/engine.h"
#include "exporter/json/audit_json.h"

namespace exporter {
namespace {

struct Pending {
  HostOrder order;
  AuditJobPtr job;
};

int ExitCode(const ike::AuditResult& result) {
  if (!result.findings.empty()) return 1;
  return result.compliant ? 0 : 3;
}

// 1 beats 3 beats 0.
int Worse(int a, int b) {
  if (a == 1 || b == 1) return 1;
  return std::max(a, b);
}

void Print(const ike::AuditResult& result, const AuditOptions& options) {
  if (options.json) {
    std::cout << JsonText(AuditJson(result)) << "\n";
    return;
  }
  std::cout << AuditText(result, isatty(STDOUT_FILENO) == 1);
}

}  // namespace

int RunAuditCommand(const AuditOptions& options) {
  auto config = LoadForCommand(options);
  if (!config) return UsageError(config.error());
  std::vector<Pending> audits;
  for (const std::string& host : options.hosts) {
    auto order = OrderFor(options, *config, host);
    if (!order) return UsageError(order.error());
    audits.push_back({std::move(*order), nullptr});
  }
  SharedLimits limits;
  EngineOptions engine_options;
  engine_options.limits = &limits;
  engine_options.judge = MakeAuditJudge(std::make_shared<const config::Config>(std::move(*config)));
  auto engine = Engine::Create(std::move(engine_options));
  if (!engine) return UsageError(engine.error());
  (*engine)->Start();
  for (Pending& audit : audits) {
    audit.job = (*engine)->Audit({audit.order.host, {}, audit.order.settings, nullptr});
  }
  int exit_code = 0;
  for (const Pending& audit : audits) {
    WaitShowingProgress(audit.order.text, *audit.job);
    std::shared_ptr<const ike::AuditResult> result = audit.job->result();
    Print(*result, options);
    if (!FlushOutput()) return 1;
    exit_code = Worse(exit_code, ExitCode(*result));
  }
  return exit_code;
}

}  // namespace exporter
