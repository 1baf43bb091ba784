#include "exporter/targets/target_entry.h"

#include <algorithm>
#include <utility>

#include "exporter/targets/audit_changes.h"
#include "exporter/targets/label_text.h"

namespace exporter {
namespace {

double Seconds(ike::Duration duration) { return std::chrono::duration<double>(duration).count(); }

void TakeSuite(const ProbeReport& report, VersionState* state) {
  const ike::Outcome& outcome = report.outcome;
  VersionState::Suite suite = outcome.ikev2;
  if (outcome.version == ike::IkeVersion::kV1) suite = outcome.ikev1;
  if (suite != state->suite) state->suite_changed_at = report.finished_at;
  state->suite = suite;
  state->features_known = true;
  state->features = outcome.features;
  if (outcome.nat_local != ike::NatState::kUnknown) state->nat_local = outcome.nat_local;
  if (outcome.nat_remote != ike::NatState::kUnknown) state->nat_remote = outcome.nat_remote;
}

// What only an opening with the target's own proposals can tell.
void TakeFullOpening(const ProbeReport& report, VersionState* state) {
  const ike::Outcome& outcome = report.outcome;
  if (outcome.answered()) {
    state->cookie_required = outcome.cookie_required;
    state->error_notify = outcome.error_notify;
    state->implementation = static_cast<uint8_t>(report.implementation);
    state->responder_known = true;
  }
  // An endpoint that asked for cookies and for nothing else has not looked at what was offered;
  // after a COOKIE or INVALID_KE_PAYLOAD that was followed into silence no choice is known.
  const bool is_open = outcome.answered() && !outcome.selected() && !outcome.leaves_no_state();
  if (is_open || outcome.answer == ike::AnswerKind::kCookie) return;
  state->negotiated = outcome.selected();
  state->fully_opened = true;
  state->refused = outcome.reason == ike::Reason::kRejected;
  if (!outcome.selected()) return;
  state->negotiated_at = report.finished_at - Seconds(report.age.value_or(ike::Duration{}));
  TakeSuite(report, state);
}

// Why the probe counts as failed. None is the expected refusal of an opening that leaves no state,
// nor an endpoint that asked for cookies and for nothing else: it has refused nothing.
ike::Reason FailureOf(const ProbeReport& report) {
  if (report.outcome.answer == ike::AnswerKind::kCookie) return ike::Reason::kNone;
  if (report.full_opening) return report.outcome.reason;
  return report.outcome.version_answered ? ike::Reason::kNone : report.outcome.reason;
}

void TakeProbe(const ProbeReport& report, ike::Reason failure, VersionState* state) {
  ++state->probes;
  state->packets_sent += report.packets_sent;
  state->packets_received += report.packets_received;
  state->last_run = report.finished_at;
  state->last_duration = Seconds(report.duration);
  const bool up = report.outcome.version_answered;
  // The first probe ever begins the state that it finds.
  if (up != state->up || state->up_changed_at == 0) state->up_changed_at = report.finished_at;
  state->up = up;
  if (up) {
    state->last_answer = report.finished_at;
    state->ever_answered = true;
  }
  state->last_reason = failure;
  state->send_error = report.outcome.send_error;
  if (failure != ike::Reason::kNone) ++state->failures_of(failure);
  if (report.outcome.rtt) state->last_rtt = Seconds(*report.outcome.rtt);
}

}  // namespace

std::optional<bool> TargetUp(const ike::ProbeSettings& settings, const VersionStates& versions) {
  bool any_up = false;
  bool any_down = false;
  bool all_known = true;
  for (const ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    if (!settings.probes(version)) continue;
    const VersionState& of = versions[static_cast<size_t>(version) - 1];
    any_up |= of.probed() && of.up;
    any_down |= of.probed() && !of.up;
    all_known &= of.probed();
  }
  const bool any = settings.require == ike::Require::kAny;
  if (any ? any_up : any_down) return any;
  return all_known ? std::optional(!any) : std::nullopt;
}

TargetEntry::TargetEntry(TargetPtr target, bool keep_history, RttBounds rtt_bounds) {
  SetTarget(std::move(target), keep_history, std::move(rtt_bounds));
}

TargetPtr TargetEntry::target() const {
  std::lock_guard lock(mutex_);
  return target_;
}

void TargetEntry::SetTarget(TargetPtr target, bool keep_history, RttBounds rtt_bounds) {
  const std::string labels = TargetLabelText(*target);
  std::lock_guard lock(mutex_);
  target_.swap(target);  // the old one is released without the lock
  SetLabelText(labels);
  const ike::ProbeSettings& settings = *target_->settings;
  probed_ = {settings.probes(ike::IkeVersion::kV1), settings.probes(ike::IkeVersion::kV2)};
  require_ = settings.require;
  ForgetVersionsNotProbed();
  SetRttBounds(std::move(rtt_bounds));
  state_.up = RequirementMet();  // by the versions and the `require` of now
  if (keep_history != (state_.history != nullptr)) {
    state_.history = keep_history ? std::make_unique<ProbeHistory>() : nullptr;
  }
}

// What it was would be taken for what it is, once it is probed again.
void TargetEntry::ForgetVersionsNotProbed() {
  for (const ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    if (target_->settings->probes(version)) continue;
    state_.of(version) = VersionState{};
    if (state_.rtt) state_.rtt->Reset(version);
  }
}

void TargetEntry::SetRttBounds(RttBounds bounds) {
  if (!bounds || bounds->empty()) {
    state_.rtt = nullptr;
  } else if (!state_.rtt || state_.rtt->bounds() != *bounds) {
    state_.rtt = std::make_unique<RttHistograms>(std::move(bounds));
  }
}

// Where it stays, its memory does too.
void TargetEntry::SetLabelText(std::string_view text) {
  if (text == std::string_view(label_text_.get(), label_size_)) return;
  label_text_ = std::make_unique<char[]>(text.size());
  label_size_ = static_cast<uint32_t>(text.copy(label_text_.get(), text.size()));
}

bool TargetEntry::RequirementMet() const {
  const bool v1 = probed_[0] && state_.versions[0].up;
  const bool v2 = probed_[1] && state_.versions[1].up;
  if (require_ == ike::Require::kAny) return v1 || v2;
  return v1 == probed_[0] && v2 == probed_[1];
}

bool TargetEntry::EveryVersionProbed() const {
  return (!probed_[0] || state_.versions[0].probed()) &&
         (!probed_[1] || state_.versions[1].probed());
}

UpChange TargetEntry::ChangeToSay(bool answered) {
  if (state_.up == state_.said_up || !EveryVersionProbed()) return UpChange::kNone;
  if (!state_.up && answered) return UpChange::kNone;
  state_.said_up = state_.up;
  return state_.up ? UpChange::kUp : UpChange::kDown;
}

// The state before was that of the time until now; longer pauses, as of a machine that slept, are
// not known to belong to it.
void TargetEntry::CountUptime(double now) {
  constexpr double kMostIntervals = 3;
  const std::optional<bool> up = TargetUp(*target_->settings, state_.versions);
  const double last = std::max(state_.versions[0].last_run, state_.versions[1].last_run);
  if (!up || now - last > kMostIntervals * Seconds(target_->settings->interval)) return;
  state_.history->uptime().Add(last, now, *up);
}

UpChange TargetEntry::Publish(const ProbeReport& report) {
  const size_t index = static_cast<size_t>(report.outcome.version) - 1;
  std::lock_guard lock(mutex_);
  if (!probed_[index]) return UpChange::kNone;  // not any more, since a reload
  VersionState& state = state_.versions[index];
  ike::Reason failure = FailureOf(report);
  if (state_.history) CountUptime(report.finished_at);
  if (state_.first_probed_at == 0) {
    state_.first_probed_at = static_cast<uint32_t>(report.finished_at);
  }
  TakeProbe(report, failure, &state);
  if (report.full_opening) TakeFullOpening(report, &state);
  // An opening that leaves no state says nothing of the suite, so a refusal stands until the next
  // full one.
  if (failure == ike::Reason::kNone && state.refused) state.last_reason = ike::Reason::kRejected;
  if (report.outcome.rtt && state_.rtt) state_.rtt->Count(report.outcome.version, state.last_rtt);
  bool up = RequirementMet();
  if (up != state_.up) state_.up_changed_at = report.finished_at;
  state_.up = up;
  UpChange change = ChangeToSay(report.outcome.version_answered);
  if (!state_.history) return change;
  state_.history->Add({report.finished_at,
                       report.outcome.rtt ? static_cast<float>(state.last_rtt) : 0.0f,
                       report.outcome.version, failure, state.up, state.negotiated});
  if (!report.trace) return change;
  std::shared_ptr<const ike::AnswerDetails> details;
  if (report.details != nullptr) {
    details = std::make_shared<const ike::AnswerDetails>(*report.details);
  }
  state_.history->Keep(report.outcome.version, report.full_opening,
                       {report.finished_at, report.address, report.trace, std::move(details),
                        report.outcome.quirks});
  return change;
}

void TargetEntry::PublishAudit(std::shared_ptr<const ike::AuditResult> result, double finished_at,
                               std::vector<std::string>* changed) {
  std::lock_guard lock(mutex_);
  if (!state_.audit) state_.audit = std::make_unique<AuditHistory>();
  const std::array<bool, 2> silent = {!state_.versions[0].ever_answered,
                                      !state_.versions[1].ever_answered};
  RecordAudit(std::move(result), finished_at, silent, state_.audit.get());
  *changed = state_.audit->last_changes;
}

void TargetEntry::RestoreAudit(AuditHistory history) {
  std::lock_guard lock(mutex_);
  state_.audit = std::make_unique<AuditHistory>(std::move(history));
}

bool TargetEntry::RestoreProbes(const ProbedPast& past) {
  std::lock_guard lock(mutex_);
  if (state_.versions[0].probed() || state_.versions[1].probed()) return false;
  state_.up_changed_at = past.up_changed_at;
  state_.first_probed_at = past.first_probed_at;
  state_.versions = past.versions;
  state_.said_up = past.up;
  state_.up = RequirementMet();
  if (state_.history) state_.history->uptime().Restore(past.uptime);
  return true;
}

void TargetEntry::ReplaceAudit(const std::shared_ptr<const ike::AuditResult>& before,
                               std::shared_ptr<const ike::AuditResult> after) {
  std::lock_guard lock(mutex_);
  if (!state_.audit || state_.audit->last != before) return;
  if (state_.audit->last_complete == before) state_.audit->last_complete = after;
  state_.audit->last = std::move(after);
}

}  // namespace exporter
