// Store: what is known of every target, the only hand-over from the probing threads to the serving
// ones. Engines publish, HTTP threads read. A TargetTable is immutable and replaced whole by a
// reload; the TargetEntry objects in it are shared between tables, so a kept target keeps its
// state. All public functions may be called from any thread; an entry's lock is held for well under
// a microsecond.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/config.h"
#include "exporter/probe_history.h"
#include "exporter/tiny_lock.h"
#include "probes/outcome.h"
#include "probes/suite.h"
#include "probes/target.h"

namespace ike {
struct AuditResult;
}

namespace exporter {

inline constexpr double kNotYet = std::numeric_limits<double>::quiet_NaN();

// One IKE version of one target. Times are Unix seconds, 0 = never; NaN = not learnt.
struct VersionState {
  bool up = false;
  bool negotiated = false;
  bool fully_opened = false;  // a full opening ended; before that `negotiated` says nothing
  bool refused = false;       // the last full opening was answered, but nothing was chosen
  bool has_suite = false;
  bool cookie_required = false;
  bool features_known = false;
  ike::NatState nat_local = ike::NatState::kUnknown;
  ike::NatState nat_remote = ike::NatState::kUnknown;
  ike::Reason last_reason = ike::Reason::kNone;
  uint16_t features = 0;
  uint16_t error_notify = 0;    // of the last answer, 0 = none
  uint16_t implementation = 0;  // index into ike::kImplementations
  bool responder_known = false;
  bool ever_answered = false;
  std::array<uint32_t, ike::kReasonCount> failures{};
  uint64_t probes = 0;
  uint64_t packets_sent = 0;
  uint64_t packets_received = 0;
  double last_run = 0;
  double last_answer = 0;
  double negotiated_at = 0;
  double suite_changed_at = 0;
  double last_rtt = kNotYet;
  double last_duration = kNotYet;
  ike::Ikev2Suite ikev2;
  ike::Ikev1Suite ikev1;
};

// Cumulative buckets are made at scrape time; these count one bucket each.
struct RttHistogram {
  std::vector<uint32_t> counts;  // one more than there are bounds
  double sum = 0;
};

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
  std::vector<std::string> last_changes;  // of the newest audit against the one before, as text
};

struct TargetState {
  bool up = false;           // ike_target_up
  double up_changed_at = 0;  // when `up` last changed; 0 = never
  std::array<VersionState, 2> versions;
  std::array<RttHistogram, 2> rtt;
  std::unique_ptr<AuditHistory> audit;    // null = never audited
  std::unique_ptr<ProbeHistory> history;  // null with detail = "basic"

  VersionState& of(ike::IkeVersion v) { return versions[static_cast<size_t>(v) - 1]; }
  const VersionState& of(ike::IkeVersion v) const { return versions[static_cast<size_t>(v) - 1]; }
};

// One finished probe of one version, ready to be published.
struct ProbeReport {
  // Of the exchange that decided the probe; the details only where the probe was asked for.
  ike::Outcome outcome;
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

// What a probe did to ike_target_up.
enum class UpChange : uint8_t { kNone, kUp, kDown };

class TargetEntry {
 public:
  TargetEntry(ike::Target target, bool keep_history, size_t rtt_buckets);

  std::shared_ptr<const ike::Target> target() const;
  // A reload may change everything but what identifies the target.
  void SetTarget(ike::Target target, bool keep_history, size_t rtt_buckets);

  // REQUIRES: bucket bounds of the size given at construction.
  UpChange Publish(const ProbeReport& report, const std::vector<double>& rtt_bounds);
  // Sets the newest audit and counts its differences to the last complete one. `changed` gets one
  // line for each difference.
  void PublishAudit(std::shared_ptr<const ike::AuditResult> result, double finished_at,
                    std::vector<std::string>* changed);
  void RestoreAudit(AuditHistory history);
  // The same audit, judged anew; without effect once there is a newer one.
  void ReplaceAudit(const std::shared_ptr<const ike::AuditResult>& before,
                    std::shared_ptr<const ike::AuditResult> after);

  // Calls `read(const ike::Target&, const TargetState&)` under the entry's lock: keep it short.
  template <typename Read>
  auto With(Read&& read) const {
    std::lock_guard lock(mutex_);
    return read(*target_, state_);
  }

  // The same with the target's labels as text, `target="hq",site="ber"`, rendered once per reload.
  template <typename Read>
  auto WithLabels(Read&& read) const {
    std::lock_guard lock(mutex_);
    return read(*target_, state_, std::string_view(label_text_));
  }

  // Brings what a page reads of this entry towards the cache; for walks over many.
  void Prefetch() const {
    const char* at = reinterpret_cast<const char*>(this);
    for (size_t line = 0; line < sizeof *this; line += 64) __builtin_prefetch(at + line);
  }

 private:
  bool RequirementMet() const;

  mutable TinyLock mutex_;
  std::shared_ptr<const ike::Target> target_;  // guarded by mutex_, as is all below
  std::string label_text_;
  TargetState state_;
};

using EntryPtr = std::shared_ptr<TargetEntry>;

struct TargetTable {
  std::shared_ptr<const config::Config> config;
  std::vector<EntryPtr> entries;                      // in the order of the configuration
  std::unordered_map<std::string, uint32_t> by_name;  // index into entries
};

class Store {
 public:
  Store();
  std::shared_ptr<const TargetTable> table() const;
  // Makes the table of `config`, of this shard's targets only, taking over the entries that stay
  // (same name, host, port and transport). Returns the new table, which table() returns from now
  // on.
  std::shared_ptr<const TargetTable> Apply(std::shared_ptr<const config::Config> config,
                                           const std::function<bool(std::string_view)>& in_shard);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TargetTable> table_;
};

// A target's identity over reloads.
bool SameTarget(const ike::Target& a, const ike::Target& b);

}  // namespace exporter
