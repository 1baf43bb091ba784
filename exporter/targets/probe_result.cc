#include "exporter/targets/probe_result.h"

#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

// `error` is the resolver's.
std::string SentenceOf(ike::Reason reason, const std::string& error) {
  switch (reason) {
    case ike::Reason::kResolve:
      return error;
    case ike::Reason::kSend:
      return "the system refused to send to it";
    case ike::Reason::kUnreachable:
      return "unreachable: the port is closed or the network says that the host is not there";
    case ike::Reason::kTimeout:
      return "no answer in time";
    case ike::Reason::kMalformed:
      return "something answered, but not with IKE messages";
    case ike::Reason::kRejected:
      return "the endpoint does not speak this version of IKE";
    case ike::Reason::kNone:
    case ike::Reason::kInternal:
      break;
  }
  return "the probe could not be made";
}

}  // namespace

ike::Outcome TellingOutcome(const ProbeResult& result) {
  ike::Outcome outcome = result.report.outcome;
  if (!result.report.full_opening && outcome.version_answered) outcome.error_notify = 0;
  return outcome;
}

std::string FailureSentence(const ProbeResult& result) {
  return SentenceOf(result.report.outcome.reason, result.error);
}

std::string FailureSentence(const ike::AuditResult& result) {
  if (!result.error.empty()) return result.error;
  if (result.reason == ike::Reason::kRejected) {
    return "the endpoint does not speak any version of IKE that was asked for";
  }
  return SentenceOf(result.reason, {});
}

}  // namespace exporter
