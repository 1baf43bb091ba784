#include "exporter/engine/scheduler.h"

#include <algorithm>
#include <utility>

#include "config/host.h"
#include "exporter/engine/probe_log.h"
#include "exporter/engine/result_sink.h"
#include "exporter/engine/schedule.h"
#include "probes/base/prefetch.h"

namespace exporter {
namespace {

constexpr size_t kReconcileSlice = 1000;
// Within which the first probes of a target end, whatever its interval.
constexpr ike::Duration kFirstRound = std::chrono::seconds(30);
// The audits of a first start are spread over at least this, and over half a second per target, so
// that a fleet is not audited all at once; but over no more than half their interval, since the
// last ones have to end within it too.
constexpr ike::Duration kFirstAuditSpread = std::chrono::seconds(30);
constexpr ike::Duration kFirstAuditSpacing = std::chrono::milliseconds(500);

constexpr ike::Duration kBehindLogInterval = std::chrono::hours(1);
// Whether the first round of probes is over.
constexpr ike::Duration kAskAgain = std::chrono::seconds(1);

// Enough to wait for their memory together, and few enough for it to stay in the nearest cache.
constexpr size_t kStartedTogether = 32;

// By version, from IKEv1.
using Versions = std::array<bool, 2>;
constexpr Versions kBothVersions{true, true};

Versions Probes(const ike::ProbeSettings& settings) {
  return {settings.probes(ike::IkeVersion::kV1), settings.probes(ike::IkeVersion::kV2)};
}

}  // namespace

class Scheduler::Scheduled final : public net::Timer, public ProbeRun::Owner {
 public:
  Scheduled(Scheduler* scheduler, EntryPtr entry)
      : scheduler_(scheduler), entry_(std::move(entry)) {}
  ~Scheduled() override {
    for (ProbeRun*& run : runs_) End(&run);
    TakeDueAudit();
  }

  // Takes the target's present settings, and schedules it anew if its interval changed.
  void Configure(uint32_t generation, ike::TimePoint now);
  void OnTimer(ike::TimePoint now) override;
  // What follows from it, in this order: see StartEach.
  void Prefetch() const { ike::Prefetch(this, sizeof *this); }
  void Rearm(ike::TimePoint now);
  void Start();
  // Whether its audit was due; it is not any more.
  bool TakeDueAudit();

  const EntryPtr& entry() const { return entry_; }
  uint32_t generation() const { return generation_; }

 private:
  struct AuditTimer final : net::Timer {
    explicit AuditTimer(Scheduled* owner) : scheduled(owner) {}
    void OnTimer(ike::TimePoint now) override { scheduled->OnAuditDue(now); }
    Scheduled* const scheduled;
  };

  void Reschedule(std::string_view name, ike::TimePoint now);
  void SetStablePhase(std::string_view name, ike::TimePoint after);
  bool BeginFirstRound(std::string_view name, ike::TimePoint now);
  void RepeatFirst(size_t index, ike::TimePoint now);
  void Advance(ike::TimePoint latest_due, uint64_t missed);
  void FindInterface();
  ike::Duration Step() const;
  ike::Duration FirstStep() const;
  ike::IkeVersion VersionOf(uint64_t turn) const;
  void OnProbeDone(ProbeRun* run, ProbeResult&& result) override;
  void PrefetchProbeDone() override { entry_->Prefetch(); }
  void OnAuditDue(ike::TimePoint now);
  // Whether the first probe of every version has ended: audits do not take its slots.
  bool WasProbed() const;
  void ScheduleAudit(std::string_view name, ike::TimePoint now);
  void End(ProbeRun** run);
  const Services& services() const { return *scheduler_->services_; }
  const ike::ProbeSettings& settings() const { return *openings_->settings; }

  Scheduler* const scheduler_;
  const EntryPtr entry_;
  // With the settings that they are of, as of the last Configure; null before.
  std::shared_ptr<const OpeningSet> openings_;
  ike::IpAddress literal_;  // where the host is one
  uint32_t generation_ = 0;
  uint8_t turn_ = 0;               // at due_, where the versions take turns: 0 or 1
  ike::IkeVersion starting_{};     // from Rearm to Start
  std::array<bool, 2> answers_{};  // whether each version answered its last probe
  std::array<bool, 2> first_{};    // whose first probe is still to be started
  std::array<bool, 2> probed_{};   // whose first probe has ended
  ike::TimePoint due_{};
  std::array<ike::LivenessMemory, 2> memory_;
  std::array<ProbeRun*, 2> runs_{};  // of the scheduler's pool
  net::RouteHint route_;
  std::unique_ptr<AuditTimer> audit_timer_;  // null where no audits are wanted
  bool audit_due_ = false;
};

void Scheduler::Scheduled::Configure(uint32_t generation, ike::TimePoint now) {
  generation_ = generation;
  const TargetPtr target = entry_->target();
  if (openings_ && openings_->settings == target->settings) return;
  const auto before = std::exchange(openings_, scheduler_->openings_.For(target->settings));
  bool reschedule = !before || before->settings->interval != settings().interval ||
                    Probes(*before->settings) != Probes(settings());
  for (const ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    if (settings().probes(version) && before && before->settings->probes(version)) continue;
    const size_t index = static_cast<size_t>(version) - 1;
    answers_[index] = probed_[index] = false;
    memory_[index] = {};
  }
  bool audits = !before || before->settings->audit_interval != settings().audit_interval;
  // The configuration has checked that it is of the family wanted.
  literal_ = config::ParseIpAddress(target->host).value_or(ike::IpAddress{});
  if (reschedule && !BeginFirstRound(target->name, now)) Reschedule(target->name, now);
  if (audits) ScheduleAudit(target->name, now);
}

// Where a version that was never probed would wait for long. Returns whether there is one.
bool Scheduler::Scheduled::BeginFirstRound(std::string_view name, ike::TimePoint now) {
  const Versions wanted = Probes(settings());
  first_ = {wanted[0] && !probed_[0], wanted[1] && !probed_[1]};
  const size_t probes = static_cast<size_t>(first_[0]) + static_cast<size_t>(first_[1]);
  if (probes == 0 || Step() <= FirstStep()) {
    first_ = {};
    return false;
  }
  const ike::Duration phase = Phase(StableHash(name), FirstStep());
  due_ = now + std::max(phase, scheduler_->NextTurnOfNew(probes));
  services().timers->Arm(this, due_);
  return true;
}

// A first probe for which the budget left no room says nothing: another one follows soon.
void Scheduler::Scheduled::RepeatFirst(size_t index, ike::TimePoint now) {
  if (probed_[index] || Step() <= FirstStep()) return;
  first_[index] = true;
  due_ = std::min(due_, now + FirstStep());
  services().timers->Arm(this, due_);
}

void Scheduler::Scheduled::Reschedule(std::string_view name, ike::TimePoint now) {
  SetStablePhase(name, now);
  services().timers->Arm(this, due_);
}

void Scheduler::Scheduled::SetStablePhase(std::string_view name, ike::TimePoint after) {
  const ike::Duration phase = Phase(StableHash(name), settings().interval);
  due_ = NextDue(after, Step(), phase);
  turn_ = static_cast<uint8_t>(TurnAt(due_, Step(), phase, 2));
}

// Where both versions are probed they take turns half an interval apart: their openings would meet
// at the daemon, which counts both as half-open.
ike::Duration Scheduler::Scheduled::Step() const {
  return Probes(settings()) == kBothVersions ? settings().interval / 2 : settings().interval;
}

// The same of the first round.
ike::Duration Scheduler::Scheduled::FirstStep() const {
  return Probes(settings()) == kBothVersions ? kFirstRound / 2 : kFirstRound;
}

ike::IkeVersion Scheduler::Scheduled::VersionOf(uint64_t turn) const {
  if (!settings().probes(ike::IkeVersion::kV1)) return ike::IkeVersion::kV2;
  if (!settings().probes(ike::IkeVersion::kV2)) return ike::IkeVersion::kV1;
  return turn % 2 == 0 ? ike::IkeVersion::kV2 : ike::IkeVersion::kV1;
}

void Scheduler::Scheduled::ScheduleAudit(std::string_view name, ike::TimePoint now) {
  ike::Duration interval = settings().audit_interval;
  audit_timer_.reset();
  TakeDueAudit();
  if (interval <= ike::Duration::zero()) return;
  audit_timer_ = std::make_unique<AuditTimer>(this);
  double last_run = entry_->With([](const ike::Target&, const TargetState& state) {
    return state.audit ? state.audit->last_run : 0.0;
  });
  ike::Duration spread = std::max<ike::Duration>(
      kFirstAuditSpread, kFirstAuditSpacing * static_cast<int64_t>(scheduler_->scheduled_.size()));
  // After the first round, whose answers tell what an audit may ask.
  ike::Duration soon = Phase(StableHash(name), std::min(interval / 2, spread)) +
                       std::min<ike::Duration>(settings().interval, kFirstRound);
  if (last_run == 0) return services().timers->Arm(audit_timer_.get(), now + soon);
  // The wall clock may have jumped since: never further away than one interval.
  double age = std::max(0.0, services().unix_time() - last_run);
  ike::Duration left =
      interval - std::min(interval, ike::Duration(static_cast<int64_t>(std::min(age, 1e9) * 1e9)));
  services().timers->Arm(audit_timer_.get(), now + std::max(left, soon));
}

void Scheduler::Scheduled::OnAuditDue(ike::TimePoint now) {
  if (!WasProbed()) return services().timers->Arm(audit_timer_.get(), now + kAskAgain);
  services().timers->Arm(audit_timer_.get(), now + settings().audit_interval);
  if (audit_due_) return scheduler_->NoteAuditsBehind(now);
  audit_due_ = true;
  ++scheduler_->audits_due_;
  scheduler_->audit_queue_.push_back(entry_);
}

bool Scheduler::Scheduled::TakeDueAudit() {
  if (!audit_due_) return false;
  --scheduler_->audits_due_;
  return std::exchange(audit_due_, false);
}

bool Scheduler::Scheduled::WasProbed() const {
  const Versions wanted = Probes(settings());
  return (!wanted[0] || probed_[0]) && (!wanted[1] || probed_[1]);
}

void Scheduler::Scheduled::OnTimer(ike::TimePoint) { scheduler_->due_.push_back(this); }

// Takes the version that `latest_due` falls on, and sets the next due time: after the first round
// the stable one.
void Scheduler::Scheduled::Advance(ike::TimePoint latest_due, uint64_t missed) {
  if (first_[0] || first_[1]) {
    starting_ = first_[1] ? ike::IkeVersion::kV2 : ike::IkeVersion::kV1;
    first_[static_cast<size_t>(starting_) - 1] = false;
    if (first_[0] || first_[1]) {
      due_ = latest_due + FirstStep();
    } else {
      SetStablePhase(entry_->target()->name, latest_due + FirstStep());
    }
    return;
  }
  const uint64_t turn = turn_ + missed;
  starting_ = VersionOf(turn);
  turn_ = static_cast<uint8_t>((turn + 1) % 2);
  due_ = latest_due + Step();
}

void Scheduler::Scheduled::Rearm(ike::TimePoint now) {
  const bool first = first_[0] || first_[1];
  const ike::Duration step = first ? FirstStep() : Step();
  const uint64_t missed = MissedSince(due_, now, step);
  if (missed > 0) scheduler_->stats_->CountSkip(Skip::kLate, missed);
  ike::TimePoint latest_due = due_ + step * static_cast<int64_t>(missed);
  scheduler_->stats_->CountLag(static_cast<uint64_t>((now - latest_due).count()));
  Advance(latest_due, missed);
  services().timers->Arm(this, due_);
  if (literal_.scope_id != 0) FindInterface();
  if (literal_.empty()) return;
  services().budget->Prefetch(literal_);
  services().exchanger->Prefetch(literal_);
}

// It may have come since, or be another one of the same name.
void Scheduler::Scheduled::FindInterface() {
  const auto found = config::ParseIpAddress(entry_->target()->host);
  if (!found || *found == literal_) return;
  literal_ = *found;
  route_ = {};
}

void Scheduler::Scheduled::Start() {
  const ike::IkeVersion version = starting_;
  size_t index = static_cast<size_t>(version) - 1;
  if (runs_[index] != nullptr) return scheduler_->stats_->CountSkip(Skip::kInFlight);
  ProbeSpec order;
  order.address = literal_;
  if (literal_.empty()) order.host = entry_->target()->host;
  order.openings = openings_;
  order.version = version;
  // Over before the next one is due, also where nothing answers.
  order.timeout = std::min<ike::Duration>(settings().timeout, settings().interval * 95 / 100);
  order.scheduled = true;
  order.keep_trace = scheduler_->KeepsHistory();
  // The bytes of an answer of Aggressive Mode are never kept.
  order.keep_details = order.keep_trace && version == ike::IkeVersion::kV1 &&
                       settings().exchange == ike::Ikev1Mode::kAggressive;
  order.other_version_answers = answers_[1 - index];
  order.route = &route_;
  runs_[index] =
      scheduler_->runs_.Make(scheduler_->services_, std::move(order), &memory_[index], this);
  ++scheduler_->in_flight_;
  runs_[index]->Begin();
}

void Scheduler::Scheduled::End(ProbeRun** run) {
  if (*run == nullptr) return;
  scheduler_->runs_.Destroy(std::exchange(*run, nullptr));
  --scheduler_->in_flight_;
}

void Scheduler::Scheduled::OnProbeDone(ProbeRun* run, ProbeResult&& result) {
  size_t index = static_cast<size_t>(run->order().version) - 1;
  if (result.end == ProbeEnd::kNoBudget) {
    scheduler_->stats_->CountSkip(Skip::kBudget);
    RepeatFirst(index, services().now());
  } else {
    probed_[index] = true;
    answers_[index] = result.report.outcome.answered();
    services().results->OnProbeResult(entry_.get(), result);
  }
  End(&runs_[index]);
}

Scheduler::Scheduler(const Services* services, EngineStats* stats,
                     std::function<bool(std::string_view)> owns)
    : services_(services), stats_(stats), owns_(std::move(owns)) {}

Scheduler::~Scheduler() = default;

bool Scheduler::KeepsHistory() const {
  return table_->config->metrics.detail == config::MetricsDetail::kFull;
}

EntryPtr Scheduler::TakeDueAudit() {
  while (!audit_queue_.empty() && !draining_) {
    EntryPtr entry = std::move(audit_queue_.front());
    audit_queue_.pop_front();
    Scheduled* scheduled = Find(*entry);
    if (scheduled != nullptr && scheduled->TakeDueAudit()) return entry;
  }
  return nullptr;
}

void Scheduler::NoteAuditsBehind(ike::TimePoint now) {
  if (now < next_behind_log_) return;
  next_behind_log_ = now + kBehindLogInterval;
  LogAuditsBehind(audits_due_);
}

void Scheduler::StartDue(ike::TimePoint now) {
  for (std::span<Scheduled* const> rest = due_; !rest.empty();) {
    const size_t count = std::min(rest.size(), kStartedTogether);
    StartEach(rest.first(count), now);
    rest = rest.subspan(count);
  }
  due_.clear();
}

// Targets lie all over the memory. Each round reads what the one before asked for: for many at once
// that takes no longer than for one.
void Scheduler::StartEach(std::span<Scheduled* const> due, ike::TimePoint now) {
  for (const Scheduled* target : due) target->Prefetch();
  for (Scheduled* target : due) target->Rearm(now);
  if (draining_) return;
  for (Scheduled* target : due) target->Start();
}

// When the next new target may begin, counted from now.
ike::Duration Scheduler::NextTurnOfNew(size_t probes) {
  const double seconds = static_cast<double>(first_probes_) / packets_per_second_;
  first_probes_ += probes;
  return std::chrono::duration_cast<ike::Duration>(std::chrono::duration<double>(seconds));
}

void Scheduler::Apply(std::shared_ptr<const TargetTable> table, uint32_t packets_per_second) {
  table_ = std::move(table);
  packets_per_second_ = packets_per_second;
  first_probes_ = 0;
  ++generation_;
  adopt_next_ = 0;
  stage_ = Stage::kAdopting;
}

Scheduler::Scheduled* Scheduler::Find(const TargetEntry& entry) const {
  const size_t place = entry.engine_place();
  if (place >= scheduled_.size() || scheduled_[place]->entry().get() != &entry) return nullptr;
  return scheduled_[place].get();
}

void Scheduler::Adopt(const EntryPtr& entry, ike::TimePoint now) {
  if (!owns_(entry->target()->host)) return;
  Scheduled* scheduled = Find(*entry);
  if (scheduled == nullptr) {
    entry->set_engine_place(static_cast<uint32_t>(scheduled_.size()));
    scheduled_.push_back(std::make_unique<Scheduled>(this, entry));
    scheduled = scheduled_.back().get();
  }
  scheduled->Configure(generation_, now);
}

// The last one takes its place.
void Scheduler::Remove(size_t place) {
  std::swap(scheduled_[place], scheduled_.back());
  scheduled_[place]->entry()->set_engine_place(static_cast<uint32_t>(place));
  scheduled_.pop_back();
}

bool Scheduler::AdoptSlice(ike::TimePoint now) {
  const std::vector<EntryPtr>& entries = table_->entries;
  const size_t end = std::min(entries.size(), adopt_next_ + kReconcileSlice);
  for (; adopt_next_ < end; ++adopt_next_) Adopt(entries[adopt_next_], now);
  return end < entries.size();
}

// From the end, so that whatever takes the place of one that is gone has been looked at.
bool Scheduler::SweepSlice() {
  const size_t end = sweep_next_ - std::min(sweep_next_, kReconcileSlice);
  while (sweep_next_ > end) {
    --sweep_next_;
    if (scheduled_[sweep_next_]->generation() != generation_) Remove(sweep_next_);
  }
  return end > 0;
}

bool Scheduler::Reconcile(ike::TimePoint now) {
  if (stage_ == Stage::kSettled) return false;
  if (stage_ == Stage::kAdopting) {
    if (AdoptSlice(now)) return true;
    stage_ = Stage::kSweeping;
    sweep_next_ = scheduled_.size();
  }
  if (SweepSlice()) return true;
  stage_ = Stage::kSettled;
  openings_.Sweep();
  return false;
}

}  // namespace exporter
