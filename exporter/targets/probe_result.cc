#include "exporter/targets/probe_result.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

// The setting that an errno speaks of.
std::string_view SettingOf(int error) {
  switch (error) {
    case EINVAL:  // of an IPv4 source that is no address of this host
    case EADDRNOTAVAIL:
      return "source_address";
    case EACCES:  // of a port below 1024
    case EADDRINUSE:
      return "source_port";
    default:
      return {};
  }
}

struct Errors {
  std::string resolver;
  int send = 0;
};

std::string SentenceOf(ike::Reason reason, const Errors& errors) {
  switch (reason) {
    case ike::Reason::kResolve:
      return errors.resolver;
    case ike::Reason::kSend:
      return "the system refused to send to it" +
             (errors.send == 0 ? "" : ": " + SendErrorText(errors.send));
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

std::string SendErrorText(int error) {
  if (error == 0) return {};
  std::string text = std::strerror(error);
  const std::string_view setting = SettingOf(error);
  if (!setting.empty()) text += "; check " + std::string(setting);
  return text;
}

ike::Outcome TellingOutcome(const ProbeResult& result) {
  ike::Outcome outcome = result.report.outcome;
  if (!result.report.full_opening && outcome.version_answered) outcome.error_notify = 0;
  return outcome;
}

std::string FailureSentence(const ProbeResult& result) {
  return SentenceOf(result.report.outcome.reason, {result.error, result.report.outcome.send_error});
}

std::string FailureSentence(const ike::AuditResult& result) {
  if (!result.error.empty()) return result.error;
  if (result.reason == ike::Reason::kRejected) {
    return "the endpoint does not speak any version of IKE that was asked for";
  }
  return SentenceOf(result.reason, {{}, result.send_error});
}

}  // namespace exporter
