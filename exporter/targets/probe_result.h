// ProbeResult: what a probe of one IKE version ended with. Made by ProbeRun, read by the table of
// targets, the log and the writers of JSON and text. Value.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "exporter/base/trace.h"
#include "probes/base/ip_address.h"
#include "probes/base/time.h"
#include "probes/exchange/outcome.h"

namespace ike {
struct AuditResult;
}

namespace exporter {

// One finished probe of one version, ready to be published.
struct ProbeReport {
  // Of the exchange that decided the probe; the details only where the probe was asked for.
  ike::Outcome outcome;
  // How old the answer is, where it is of an earlier probe of the endpoint.
  std::optional<ike::Duration> age;
  bool full_opening = false;  // the target's own proposals: renews suite, features, responder
  uint16_t implementation = 0;
  uint32_t packets_sent = 0;  // of all its exchanges
  uint32_t packets_received = 0;
  ike::Duration duration{};  // resolution and every exchange included
  double finished_at = 0;    // Unix time
  ike::IpAddress address;    // what was probed
  // For the history; null where there is none. Outlives the call that the report is given to.
  const ike::AnswerDetails* details = nullptr;
  std::shared_ptr<const Trace> trace;  // null where there is no history
};

enum class ProbeEnd : uint8_t {
  kProbed,
  kNoBudget,  // no opening was allowed that would have told anything
};

struct ProbeResult {
  ProbeEnd end = ProbeEnd::kProbed;
  ProbeReport report;
  std::string error;  // of the resolver, for a person
  bool resolved = false;
};

// What the answer says of the endpoint. Where the half-open budget allowed no more than proposals
// that nobody implements, their refusal is no errorNotify of it.
ike::Outcome TellingOutcome(const ProbeResult& result);

// Why the system refused to send, with the setting to look at where one can be meant; empty for 0.
std::string SendErrorText(int error);

// A sentence for a probe that got no valid answer.
std::string FailureSentence(const ProbeResult& result);
// The same of an audit that nothing answered.
std::string FailureSentence(const ike::AuditResult& result);

}  // namespace exporter
