#include "exporter/engine/probe_run.h"

#include <algorithm>
#include <utility>

#include "probes/algorithms/vendor_ids.h"
#include "probes/base/prefetch.h"
#include "probes/exchange/fingerprint.h"

namespace exporter {
namespace {

// A scheduled probe rather starts this much later than go without an opening of its own.
constexpr ike::Duration kSchedulePatience = std::chrono::seconds(1);

// A refusal is sent once more if so much of the timeout is left.
constexpr ike::Duration kWorthwhile = std::chrono::seconds(1);

// At short intervals the suite is renewed this often, so that both versions together leave slots of
// the budget to audits and to probes on request.
constexpr ike::Duration kSuiteRenewal = std::chrono::seconds(55);

// Over TCP, where each opening that was selected has a connection for up to 210 s.
constexpr ike::Duration kSuiteRenewalOfTcp = std::chrono::minutes(5);

// Whether there is room for another connection.
constexpr ike::Duration kAskAgain = std::chrono::seconds(1);

// What is asked for of an owner, `memory` often among it, before it is called.
constexpr size_t kOwnerBytes = 256;

// Openings that may leave half-open state at the endpoint.
bool MayLeaveState(ike::OpeningKind kind) {
  return kind == ike::OpeningKind::kFull || kind == ike::OpeningKind::kPlainest;
}

// Of the fixed table; 0 is "unknown".
uint16_t ImplementationIndex(std::string_view name) {
  auto names = ike::Implementations();
  auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? uint16_t{0} : static_cast<uint16_t>(found - names.begin());
}

uint16_t ShortHash(const ike::IpAddress& address) {
  return static_cast<uint16_t>(std::hash<ike::IpAddress>{}(address) | 1);  // 0 = none
}

// Begins with the one of `hash`, and goes round.
void StartWith(uint16_t hash, std::vector<ike::IpAddress>* addresses) {
  const auto found =
      std::find_if(addresses->begin(), addresses->end(),
                   [&](const ike::IpAddress& address) { return ShortHash(address) == hash; });
  if (found != addresses->end()) std::rotate(addresses->begin(), found, addresses->end());
}

}  // namespace

ProbeRun::ProbeRun(const Services* services, ProbeSpec order, ike::LivenessMemory* memory,
                   Owner* owner)
    : services_(services),
      order_(std::move(order)),
      memory_(memory),
      owner_(owner),
      trace_(order_.keep_trace ? std::make_unique<Trace>() : nullptr) {}

ProbeRun::~ProbeRun() {
  StopWaiting();
  if (resolving_ != 0) services_->resolver->Cancel(resolving_);
  CancelExchanges();
}

HalfOpenBudget::Requester ProbeRun::requester() const {
  return order_.scheduled ? HalfOpenBudget::Requester::kScheduled
                          : HalfOpenBudget::Requester::kOnRequest;
}

void ProbeRun::Begin() {
  started_ = now();
  deadline_ = address_deadline_ = started_ + order_.timeout;
  if (!order_.address.empty()) {
    address_ = order_.address;
    resolved_ = true;
    return Choose();
  }
  if (!order_.addresses.empty()) return Take(order_.addresses);
  net::Resolver::LookupId handle = services_->resolver->Resolve(
      order_.host, FamilyOf(settings().family_to_probe()),
      [this](const net::ResolveResult& result) { OnResolved(result); });
  if (handle == 0) return;  // answered already; this may be gone
  resolving_ = handle;
  services_->timers->Arm(this, deadline_);
}

void ProbeRun::OnResolved(const net::ResolveResult& result) {
  resolving_ = 0;
  Cancel();
  if (!result) {
    resolve_error_ = result.error().text;
    return FinishWith(ike::Reason::kResolve);
  }
  Take(result->addresses);
}

void ProbeRun::Take(const std::vector<ike::IpAddress>& addresses) {
  candidates_ = net::UsableAddresses(services_->routes, now(), addresses);
  if (candidates_.empty()) {
    resolve_error_ = order_.host + ": " + net::kNoHost;
    return FinishWith(ike::Reason::kResolve);
  }
  resolved_ = true;
  StartWith(memory_->address, &candidates_);
  TryNextAddress();
}

void ProbeRun::AskBudget() {
  standing_ =
      services_->budget->StandingOf(address_, settings().half_open_budget, requester(), now());
  if (!MayConnect()) {
    standing_.next_free = std::max(standing_.next_free, now() + kAskAgain);
  }
}

bool ProbeRun::MayConnect() const {
  return !ike::IsTcp(settings().transport) || services_->exchanger->MayLeaveState();
}

// As the budget stood when it was asked last.
ike::LivenessCircumstances ProbeRun::Circumstances(ike::TimePoint at) const {
  ike::LivenessCircumstances circumstances;
  circumstances.now = at;
  circumstances.budget_available = standing_.next_free <= at;
  const bool is_tcp = ike::IsTcp(settings().transport);
  if (is_tcp) circumstances.renewal = kSuiteRenewalOfTcp;
  const ike::Duration renewal = is_tcp ? kSuiteRenewalOfTcp : kSuiteRenewal;
  bool renewed = memory_->last_full != ike::TimePoint{} && at - memory_->last_full < renewal;
  circumstances.budget_contended = renewed || standing_.contended;
  circumstances.other_version_answers = order_.other_version_answers;
  circumstances.alternate_untried = !order_.scheduled;
  return circumstances;
}

void ProbeRun::Choose() {
  AskBudget();
  if (!order_.scheduled) return ChooseOnRequest();
  ike::OpeningKind kind = ike::FirstOpening(*memory_, Circumstances(now()));
  if (standing_.next_free > now() && ike::IsRenewalDue(*memory_, Circumstances(now()))) {
    services_->budget->Claim(address_, memory_, now());
  }
  if (kind == ike::OpeningKind::kNone) return OnNoOpening();
  Try(kind);
}

std::optional<RecentAnswers::Answer> ProbeRun::EarlierAnswer() const {
  return services_->answers->Find(RecentAnswers::QuestionOf(settings(), address_, order_.version),
                                  now());
}

// Whoever asks wants to see the endpoint's choice: a full opening if the deadline allows to wait
// for one, else what leaves no state, which tells a silent endpoint from one whose budget is spent.
// Several that scrape one endpoint share its slots: an answer of the last half minute serves all.
void ProbeRun::ChooseOnRequest() {
  const auto earlier = EarlierAnswer();
  const bool serves =
      earlier && !order_.need_suite && now() - earlier->at < HalfOpenBudget::kLifetime;
  if (!serves) {
    ike::TimePoint latest =
        deadline_ - std::min<ike::Duration>(order_.timeout / 2, std::chrono::seconds(3));
    if (standing_.next_free <= now()) return Try(ike::OpeningKind::kFull);
    if (WaitForBudget(latest)) return;
  }
  if (earlier && earlier->refusals_unanswered) {
    ike::Outcome none;
    none.version = order_.version;
    return ReportEarlier(*earlier, none);
  }
  Try(ike::OpeningKind::kRefusal);
}

void ProbeRun::OnNoOpening() {
  if (WaitForBudget(now() + kSchedulePatience)) return;
  Report(ProbeEnd::kNoBudget, {});
}

bool ProbeRun::WaitForBudget(ike::TimePoint latest) {
  if (standing_.next_free > latest) return false;
  if (!order_.scheduled && !waiting_) {
    services_->budget->AddWaiter(address_, requester());
    waiting_ = true;
  }
  services_->timers->Arm(this, standing_.next_free);
  return true;
}

void ProbeRun::StopWaiting() {
  if (waiting_) services_->budget->RemoveWaiter(address_, requester());
  waiting_ = false;
}

void ProbeRun::OnTimer(ike::TimePoint) {
  if (resolving_ != 0) {
    services_->resolver->Cancel(resolving_);
    resolving_ = 0;
    resolve_error_ = order_.host + ": no answer from the name servers in time";
    return FinishWith(ike::Reason::kResolve);
  }
  Choose();
}

void ProbeRun::Try(ike::OpeningKind kind) {
  StopWaiting();
  if (!MayLeaveState(kind)) return Send(kind);
  ike::TimePoint at = now();
  std::optional<HalfOpenBudget::Standing> taken;
  if (MayConnect()) {
    taken = services_->budget->TryTake(address_, settings().half_open_budget, requester(), at);
  }
  if (!taken) {
    AskBudget();  // another engine was quicker
    return Send(ike::OpeningKind::kRefusal);
  }
  slot_ = at;
  standing_ = *taken;
  if (order_.scheduled && ike::IsRenewalDue(*memory_, Circumstances(at))) {
    services_->budget->Withdraw(address_, memory_);
  }
  Send(kind);
}

void ProbeRun::Send(ike::OpeningKind kind) {
  kind_ = kind;
  ExchangeJob job;
  job.remote = {address_, settings().port};
  job.transport = settings().transport;
  job.source = settings().source_address;
  job.source_port = settings().source_port;
  if (!order_.address.empty()) job.route = order_.route;  // a name's address may be another
  const bool alternate = last_resort_ || ike::OffersAlternate(kind, *memory_);
  job.opening = order_.openings->of(order_.version).of(kind, alternate);
  job.may_leave_state = MayLeaveState(kind);
  job.ke_group = kind == ike::OpeningKind::kFull ? memory_->chosen_group : uint16_t{0};
  // What may follow does so later, when a slot that is taken now may be free again.
  ike::Duration remaining = address_deadline_ - now();
  ike::LivenessCircumstances later = Circumstances(now() + remaining / 3);
  if (again_) later.budget_available = false;
  job.timeout = last_resort_ ? remaining : ike::ShareOfTimeout(kind, *memory_, later, remaining);
  job.listening = deadline_ - now() - job.timeout;
  job.last_rtt = memory_->last_rtt;
  exchange_ = services_->exchanger->Start(std::move(job), this, trace_.get());
}

void ProbeRun::PrefetchExchangeDone(int stage) {
  if (stage == 0) ike::Prefetch(owner_, kOwnerBytes);
  if (stage == 1) owner_->PrefetchProbeDone();
}

// What was thought to leave state and did not, or the other way round.
void ProbeRun::SettleBudget(const ike::Outcome& outcome) {
  LearnBudget(services_, {address_, settings().half_open_budget, slot_.has_value()}, outcome);
  if (slot_ && (outcome.leaves_no_state() || outcome.packets_sent == 0)) {
    services_->budget->Release(address_, requester(), *slot_);
  }
  if (!slot_ && outcome.selected()) services_->budget->ForceTake(address_, now());
  slot_.reset();
}

void ProbeRun::OnExchangeDone(const ike::Outcome& outcome) {
  const Earlier ended{std::exchange(exchange_, 0), kind_, slot_, address_, outcome.packets_sent};
  packets_sent_ += outcome.packets_sent;
  packets_received_ += outcome.packets_received;
  SettleBudget(outcome);
  std::optional<ike::OpeningKind> next;
  bool tells = true;
  // Only what met silence may be followed by another opening, and a last resort by none.
  if (ike::IsSilence(outcome) && !last_resort_) {
    AskBudget();
    ike::LivenessCircumstances at = Circumstances(now());
    at.time_left = !again_ && address_deadline_ - now() >= kWorthwhile;
    next = ike::NextOpening(kind_, outcome, *memory_, at);
    if (!next) {
      next = ike::LastResort(outcome, at);
      last_resort_ = next.has_value();
    }
    again_ = next == ike::OpeningKind::kRefusal;
    tells = ike::SilenceIsProof(kind_, *memory_);
  }
  ike::Remember(kind_, outcome, now(), memory_);
  if (ike::IsSilence(outcome)) earlier_.push_back(ended);
  if (next && address_deadline_ > now()) return Try(*next);
  if (!outcome.answered() && TryNextAddress()) return;
  if (!order_.scheduled && !MayLeaveState(kind_) && outcome.answered()) {
    return ReportWithoutChoice(outcome);
  }
  Report(tells ? ProbeEnd::kProbed : ProbeEnd::kNoBudget, outcome);
}

// It ends the probe, unless the choice that was asked for may still come.
void ProbeRun::OnLateAnswer(ExchangeHandle handle, const ike::Outcome& outcome) {
  const auto found = std::find_if(earlier_.begin(), earlier_.end(),
                                  [&](const Earlier& earlier) { return earlier.handle == handle; });
  const Earlier earlier = *found;
  earlier_.erase(found);
  if (order_.need_suite && !MayLeaveState(earlier.kind)) return;
  CancelExchanges();
  StopWaiting();
  kind_ = earlier.kind;
  slot_ = earlier.slot;
  address_ = earlier.address;
  packets_sent_ += outcome.packets_sent - earlier.packets_sent;
  packets_received_ += outcome.packets_received;
  SettleBudget(outcome);
  ike::Remember(kind_, outcome, now(), memory_);
  if (!order_.scheduled && !MayLeaveState(kind_)) return ReportWithoutChoice(outcome);
  Report(ProbeEnd::kProbed, outcome);
}

// Those that may still be answered, too. What the one under way has sent counts.
void ProbeRun::CancelExchanges() {
  if (exchange_ != 0) packets_sent_ += services_->exchanger->Cancel(std::exchange(exchange_, 0));
  for (const Earlier& earlier : earlier_) services_->exchanger->Cancel(earlier.handle);
  earlier_.clear();
}

// False: each has had its turn, or the time is up. Each has its share of what time is left.
bool ProbeRun::TryNextAddress() {
  if (next_candidate_ == candidates_.size() || deadline_ <= now()) return false;
  const auto left = static_cast<int64_t>(candidates_.size() - next_candidate_);
  const ike::Duration share = std::max<ike::Duration>((deadline_ - now()) / left, kWorthwhile);
  address_deadline_ = std::min(deadline_, now() + share);
  address_ = candidates_[next_candidate_++];
  again_ = last_resort_ = false;
  Choose();
  return true;
}

// The next probe begins with the address that has answered, or with the first whose turn has not
// come.
void ProbeRun::RememberAddress(bool answered) {
  if (candidates_.size() < 2) return;
  memory_->address = 0;
  if (answered) memory_->address = ShortHash(address_);
  if (!answered && next_candidate_ < candidates_.size()) {
    memory_->address = ShortHash(candidates_[next_candidate_]);
  }
}

void ProbeRun::FinishWith(ike::Reason reason) {
  ike::Outcome outcome;
  outcome.reason = reason;
  Report(ProbeEnd::kProbed, outcome);
}

// Somebody is there. What it chose lately stands in for what the budget did not allow to be asked.
void ProbeRun::ReportWithoutChoice(const ike::Outcome& outcome) {
  const auto earlier = outcome.selected() ? std::nullopt : EarlierAnswer();
  if (earlier && outcome.version_answered) return ReportEarlier(*earlier, outcome);
  Report(order_.need_suite ? ProbeEnd::kNoBudget : ProbeEnd::kProbed, outcome);
}

void ProbeRun::ReportEarlier(const RecentAnswers::Answer& answer, const ike::Outcome& outcome) {
  RememberAddress(true);
  ProbeResult result;
  result.report.outcome = answer.outcome;
  result.report.outcome.rtt = outcome.rtt;
  result.report.age = now() - answer.at;
  result.report.full_opening = true;
  result.report.implementation = answer.implementation;
  Deliver(std::move(result));
}

// An answer that was final: a choice, or that there is none.
void ProbeRun::KeepAnswer(const ike::Outcome& outcome, uint16_t implementation) {
  if (!outcome.selected() && !outcome.leaves_no_state()) return;
  services_->answers->Put(
      RecentAnswers::QuestionOf(settings(), address_, order_.version), outcome,
      {implementation, now(), memory_->refusal_unusable || memory_->refusal_selected});
}

void ProbeRun::Report(ProbeEnd end, const ike::Outcome& outcome) {
  if (end == ProbeEnd::kProbed) RememberAddress(outcome.answered());
  ProbeResult result;
  result.end = end;
  ProbeReport& report = result.report;
  static_cast<ike::OutcomeFacts&>(report.outcome) = outcome;
  report.outcome.version = order_.version;
  report.full_opening = MayLeaveState(kind_);
  if (report.full_opening && outcome.answered()) {
    report.implementation = ImplementationIndex(ike::Fingerprint(outcome));
    KeepAnswer(outcome, report.implementation);
  }
  if (order_.keep_details && !order_.scheduled) report.outcome.details = outcome.details;
  const bool is_kept = order_.keep_details || !outcome.details.redirected_to.empty();
  if (is_kept && order_.scheduled && outcome.answered()) report.details = &outcome.details;
  Deliver(std::move(result));
}

// Adds what is of the whole probe.
void ProbeRun::Deliver(ProbeResult result) {
  StopWaiting();
  Cancel();
  CancelExchanges();
  result.error = std::move(resolve_error_);
  result.resolved = resolved_;
  ProbeReport& report = result.report;
  report.packets_sent = packets_sent_;
  report.packets_received = packets_received_;
  report.duration = now() - started_;
  report.finished_at = services_->unix_time();
  report.address = address_;
  if (trace_ && !trace_->messages().empty()) report.trace = std::move(trace_);
  owner_->OnProbeDone(this, std::move(result));
}

}  // namespace exporter
