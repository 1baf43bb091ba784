#include "exporter/cli/host_state.h"

#include <algorithm>

namespace exporter {

HostState StateOf(const ProbeResult& result) {
  const ike::Outcome& outcome = result.report.outcome;
  if (outcome.version_answered) return HostState::kUp;
  if (result.end == ProbeEnd::kNoBudget) return HostState::kUnknown;
  switch (outcome.reason) {
    case ike::Reason::kUnreachable:
    case ike::Reason::kTimeout:
    case ike::Reason::kMalformed:
    case ike::Reason::kRejected:
      return HostState::kDown;
    case ike::Reason::kNone:
    case ike::Reason::kResolve:
    case ike::Reason::kSend:
    case ike::Reason::kInternal:
      break;
  }
  return HostState::kUnknown;
}

HostState StateOf(ike::Require require, const VersionResults& results) {
  auto any = [&](HostState state) {
    return std::any_of(results.begin(), results.end(), [state](const auto& result) {
      return result.has_value() && StateOf(*result) == state;
    });
  };
  const HostState decisive = require == ike::Require::kAny ? HostState::kUp : HostState::kDown;
  if (any(decisive)) return decisive;
  if (any(HostState::kUnknown)) return HostState::kUnknown;
  return require == ike::Require::kAny ? HostState::kDown : HostState::kUp;
}

}  // namespace exporter
