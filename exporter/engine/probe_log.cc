#include "exporter/engine/probe_log.h"

#include <string>

#include "exporter/base/number_text.h"
#include "exporter/log/log.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

std::string RttText(const ike::Outcome& outcome) {
  std::string text;
  if (outcome.rtt) AppendNumber(Milliseconds(*outcome.rtt), &text);
  return text;
}

void LogProbeItself(const ike::Target& target, const ProbeResult& result) {
  const ike::Outcome& outcome = result.report.outcome;
  LogProbe(LogLevel::kDebug, "probe",
           {{"target", target.name},
            {"ike_version", std::to_string(static_cast<int>(outcome.version))},
            {"up", outcome.version_answered ? "1" : "0"},
            {"reason", std::string(ike::ReasonName(outcome.reason))},
            {"address", net::ToString(result.report.address)},
            {"rtt_ms", RttText(outcome)}});
}

}  // namespace

void LogLowerBudget(const ike::IpAddress& address, uint16_t budget) {
  Log(LogLevel::kWarn, "gateway limits half-open SAs below half_open_budget",
      {{"address", net::ToString(address)}, {"budget", std::to_string(budget)}});
}

void LogScheduledProbe(const TargetEntry& entry, const ProbeResult& result, UpChange change) {
  bool each = Logs(LogTopic::kProbes, LogLevel::kDebug);
  if (!each && change == UpChange::kNone) return;
  std::shared_ptr<const ike::Target> target = entry.target();
  if (each) LogProbeItself(*target, result);
  if (change == UpChange::kUp) LogProbe(LogLevel::kInfo, "target up", {{"target", target->name}});
  if (change != UpChange::kDown) return;
  LogProbe(LogLevel::kWarn, "target down",
           {{"target", target->name},
            {"ike_version", std::to_string(static_cast<int>(result.report.outcome.version))},
            {"reason", std::string(ike::ReasonName(result.report.outcome.reason))},
            {"address", net::ToString(result.report.address)},
            {"why", FailureSentence(result)}});
}

void LogAuditChanges(const TargetEntry& entry, const std::vector<std::string>& changes) {
  for (const std::string& change : changes) {
    Log(LogLevel::kWarn, "audit: " + change, {{"target", entry.target()->name}});
  }
}

void LogAuditsBehind(size_t waiting) {
  Log(LogLevel::kWarn, "the audits of all targets take longer than audit_interval",
      {{"waiting", std::to_string(waiting)}});
}

}  // namespace exporter
