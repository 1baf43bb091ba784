// TargetState: what probing has shown of one target. There is one for each of a hundred thousand
// targets, so its members are in the order of their sizes and what few targets have is on the heap.
// Written and read under its TargetEntry's lock (exporter/targets/target_entry.h).
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "exporter/targets/probe_history.h"
#include "exporter/targets/rtt_histograms.h"
#include "exporter/targets/weak_history.h"
#include "probes/algorithms/suite.h"
#include "probes/exchange/outcome.h"
#include "probes/target.h"

namespace ike {
struct AuditResult;
}

namespace exporter {

inline constexpr double kNotYet = std::numeric_limits<double>::quiet_NaN();

// One IKE version of one target. Counters are of this process, and so are the last RTT and
// duration; the rest outlives a restart. Times are Unix seconds, 0 = never; NaN = not learnt.
struct VersionState {
  using Suite = std::variant<std::monostate, ike::Ikev1Suite, ike::Ikev2Suite>;

  double last_run = 0;
  double last_answer = 0;
  double up_changed_at = 0;  // when `up` last changed; 0 = never, or unknown
  double negotiated_at = 0;
  double suite_changed_at = 0;
  double last_rtt = kNotYet;
  double last_duration = kNotYet;
  uint32_t packets_sent = 0;  // 2^32 of one a second take 136 years
  uint32_t packets_received = 0;
  uint32_t probes = 0;
  std::array<uint32_t, ike::kReasonCount - 1> failures{};  // see failures_of
  Suite suite;
  uint16_t features = 0;
  uint16_t error_notify = 0;   // of the last answer, 0 = none
  uint8_t send_error = 0;      // with kSend as last_reason: the errno; 0 = unknown
  uint8_t implementation = 0;  // index into ike::Implementations(), of which there are fewer
  ike::Reason last_reason : 3 = ike::Reason::kNone;
  ike::NatState nat_local : 2 = ike::NatState::kUnknown;
  ike::NatState nat_remote : 2 = ike::NatState::kUnknown;
  bool up : 1 = false;
  bool negotiated : 1 = false;
  bool fully_opened : 1 = false;  // a full opening ended; before that `negotiated` says nothing
  bool refused : 1 = false;       // the last full opening was answered, but nothing was chosen
  bool cookie_required : 1 = false;
  bool features_known : 1 = false;
  bool responder_known : 1 = false;
  bool ever_answered : 1 = false;

  // REQUIRES: not kNone.
  uint32_t& failures_of(ike::Reason reason) { return failures[static_cast<size_t>(reason) - 1]; }
  uint32_t failures_of(ike::Reason reason) const {
    return failures[static_cast<size_t>(reason) - 1];
  }
  // Since the start of the process: what is known from before may be out of date.
  bool probed() const { return probes > 0; }
  bool has_suite() const { return suite.index() != 0; }
  // REQUIRES: has_suite(), of this version.
  const ike::Ikev1Suite& ikev1() const { return std::get<ike::Ikev1Suite>(suite); }
  const ike::Ikev2Suite& ikev2() const { return std::get<ike::Ikev2Suite>(suite); }
};
static_assert(sizeof(VersionState) <= 136);

// What accumulates over the audits of one target; made by its first audit or from the state file.
struct AuditHistory {
  std::shared_ptr<const ike::AuditResult> last;           // the newest
  std::shared_ptr<const ike::AuditResult> last_complete;  // what changes are counted against
  uint64_t audits = 0;
  uint64_t failures = 0;
  double last_run = 0;
  // What the newest cost, also where nothing answered.
  uint32_t last_requests = 0;
  ike::Duration last_duration{};
  // [version - 1][kind][0 accepted, 1 refused]
  std::array<std::array<std::array<uint32_t, 2>, 9>, 2> changes{};
  WeakHistory weak;
  std::vector<std::string> last_changes;  // of the newest audit against the one before, as text
};

using VersionStates = std::array<VersionState, 2>;  // [version - 1]

struct TargetState {
  double up_changed_at = 0;  // when `up` last changed; 0 = never
  VersionStates versions;
  std::unique_ptr<RttHistograms> rtt;     // null = no histogram is wanted
  std::unique_ptr<AuditHistory> audit;    // null = never audited
  std::unique_ptr<ProbeHistory> history;  // null with detail = "basic"
  uint32_t first_probed_at = 0;  // Unix seconds: since when anything is known of it; 0 = not yet
  bool up = false;               // as far as is known: see TargetUp
  bool said_up = true;           // what the log's reader takes it for

  VersionState& of(ike::IkeVersion v) { return versions[static_cast<size_t>(v) - 1]; }
  const VersionState& of(ike::IkeVersion v) const { return versions[static_cast<size_t>(v) - 1]; }
};

// Whether the versions that `require` asks for answered their last probe: ike_target_up. Absent
// until the probes since the start decide it.
std::optional<bool> TargetUp(const ike::ProbeSettings& settings, const VersionStates& versions);

}  // namespace exporter
