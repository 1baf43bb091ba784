#include "exporter/engine/audit_run.h"

#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/exchange/fingerprint.h"
#include "probes/exchange/prepared_opening.h"

namespace exporter {
namespace {

constexpr auto kRequester = HalfOpenBudget::Requester::kAudit;

// Whether the other audit of the address has ended.
constexpr ike::Duration kAskAgain = std::chrono::seconds(1);

// How long libreswan keeps the state of an opening that nobody follows up, as measured in the lab.
// strongSwan's is the lifetime of the budget's slots, which also serves for whoever is not known.
ike::Duration StateLifetimeOfLibreswan(ike::IkeVersion version) {
  return version == ike::IkeVersion::kV1 ? std::chrono::seconds(60) : std::chrono::seconds(200);
}

}  // namespace

AuditRun::AuditRun(const Services* services, AuditOrder order, Owner* owner)
    : services_(services), order_(std::move(order)), owner_(owner) {
  if (order_.settings->probes(ike::IkeVersion::kV1))
    sides_[0].audit = ike::MakeIkev1Audit(order_.limits);
  if (order_.settings->probes(ike::IkeVersion::kV2))
    sides_[1].audit = ike::MakeIkev2Audit(order_.limits);
}

AuditRun::~AuditRun() {
  StopWaiting();
  LeaveAddress();
  if (exchange_ != 0) services_->exchanger->Cancel(exchange_);
}

void AuditRun::Begin() { OnTimer(services_->now()); }

void AuditRun::OnTimer(ike::TimePoint now) {
  if (EnterAddress(now)) return Advance(now);
  services_->timers->Arm(this, now + kAskAgain);
}

bool AuditRun::EnterAddress(ike::TimePoint now) {
  if (entered_) return true;
  entered_ = services_->audited->Enter(order_.address);
  started_ = next_send_ = now;
  return entered_;
}

void AuditRun::LeaveAddress() {
  if (entered_) services_->audited->Leave(order_.address);
  entered_ = false;
}

uint32_t AuditRun::requests() const {
  uint32_t sum = 0;
  for (size_t i = 0; i < sides_.size(); ++i) {
    sum += sides_[i].audit ? sides_[i].audit->requests() : result_.versions[i].requests;
  }
  return sum;
}

uint32_t AuditRun::estimated_requests() const {
  uint32_t sum = 0;
  for (size_t i = 0; i < sides_.size(); ++i) {
    sum += sides_[i].audit ? sides_[i].audit->estimated_requests() : result_.versions[i].requests;
  }
  return sum;
}

// The versions take turns, so that one that waits for the budget does not hold up the other.
void AuditRun::Advance(ike::TimePoint now) {
  if (exchange_ != 0) return;
  if (now < next_send_) return services_->timers->Arm(this, next_send_);
  ike::TimePoint wake = ike::TimePoint::max();
  for (size_t i = 0; i < sides_.size(); ++i) {
    turn_ = (turn_ + 1) % sides_.size();
    if (TrySide(&sides_[turn_], now, &wake)) return;
  }
  if (!sides_[0].audit && !sides_[1].audit) return Finish(now);
  services_->timers->Arm(this, std::max(wake, now + std::chrono::milliseconds(1)));
}

bool AuditRun::IsHeldUp(const Side& side) const {
  const Side& other = sides_[&side == sides_.data() ? 1 : 0];
  return !side.step && side.audit->wants_implementation() && other.audit &&
         !other.audit->wants_implementation();
}

bool AuditRun::TrySide(Side* side, ike::TimePoint now, ike::TimePoint* wake) {
  if (!side->audit || IsHeldUp(*side)) return false;
  if (!side->step) side->step = side->audit->Next(now);
  if (side->step->action == ike::AuditAction::kDone) {
    result_.versions[static_cast<size_t>(side - sides_.data())] = side->audit->Result();
    side->audit.reset();
    side->step.reset();
    *wake = now;  // the other side may have waited for what this one found out
    return false;
  }
  if (side->step->action == ike::AuditAction::kWait) {
    *wake = std::min(*wake, side->step->until);
    if (now >= side->step->until) {
      side->step.reset();
      return TrySide(side, now, wake);
    }
    return false;
  }
  if (side->step->may_leave_state && !TakeSlot(now, wake)) return false;
  Send(side, now);
  return true;
}

bool AuditRun::TakeSlot(ike::TimePoint now, ike::TimePoint* wake) {
  uint16_t limit = order_.settings->half_open_budget;
  std::erase_if(left_open_, [now](ike::TimePoint end) { return end <= now; });
  if (left_open_.size() >= limit) {
    *wake = std::min(*wake, *std::min_element(left_open_.begin(), left_open_.end()));
    return false;
  }
  if (ike::IsTcp(order_.settings->transport) && !services_->exchanger->MayLeaveState()) {
    *wake = std::min(*wake, now + kAskAgain);
    return false;
  }
  if (services_->budget->TryTake(order_.address, limit, kRequester, now)) {
    slot_ = now;
    return true;
  }
  if (!waiting_) services_->budget->AddWaiter(order_.address, kRequester);
  waiting_ = true;
  *wake = std::min(*wake, services_->budget->NextFree(order_.address, limit, kRequester, now));
  return false;
}

void AuditRun::StopWaiting() {
  if (waiting_) services_->budget->RemoveWaiter(order_.address, kRequester);
  waiting_ = false;
}

void AuditRun::Send(Side* side, ike::TimePoint now) {
  StopWaiting();
  sending_ = side;
  next_send_ = now + order_.spacing;
  ExchangeJob job;
  job.remote = {order_.address, order_.settings->port};
  job.transport = order_.settings->transport;
  job.source = order_.settings->source_address;
  job.source_port = order_.settings->source_port;
  job.opening = std::make_shared<const ike::PreparedOpening>(std::move(side->step->opening));
  job.may_leave_state = side->step->may_leave_state;
  job.timeout = order_.settings->timeout * side->step->timeout_fifths / 5;
  job.last_rtt = side->last_rtt;
  side->step.reset();
  exchange_ = services_->exchanger->Start(job, this, nullptr);
}

void AuditRun::OnExchangeDone(const ike::Outcome& outcome) {
  exchange_ = 0;
  ike::TimePoint now = services_->now();
  NoteFailure(outcome);
  NoteState(outcome, now);
  NoteImplementation(outcome);
  if (outcome.rtt) sending_->last_rtt = *outcome.rtt;
  sending_->audit->OnOutcome(outcome, now);
  Advance(now);
}

// Silence says least: it does not hide what else was seen.
void AuditRun::NoteFailure(const ike::Outcome& outcome) {
  if (outcome.version_answered) return;
  bool tells = outcome.reason != ike::Reason::kTimeout || result_.reason == ike::Reason::kNone;
  if (tells) {
    result_.reason = outcome.reason;
    result_.send_error = outcome.send_error;
  }
}

// What was thought to leave state and did not, or the other way round. Silence may have left some.
void AuditRun::NoteState(const ike::Outcome& outcome, ike::TimePoint now) {
  LearnBudget(services_, {order_.address, order_.settings->half_open_budget, slot_.has_value()},
              outcome);
  bool none = outcome.leaves_no_state() || outcome.packets_sent == 0;
  if (slot_ && none) services_->budget->Release(order_.address, kRequester, *slot_);
  if (!slot_ && outcome.selected()) services_->budget->ForceTake(order_.address, now);
  if (ike::Fingerprint(outcome) == ike::kLibreswan) {
    sending_->state_lifetime = StateLifetimeOfLibreswan(outcome.version);
  }
  bool left = outcome.selected() || (slot_ && !none);
  if (left) left_open_.push_back(now + sending_->state_lifetime);
  slot_.reset();
}

void AuditRun::NoteImplementation(const ike::Outcome& outcome) {
  std::string_view name = ike::Fingerprint(outcome);
  if (name == ike::kUnknownImplementation) return;
  for (const Side& side : sides_) {
    if (side.audit) side.audit->NoteImplementation(name);
  }
}

void AuditRun::Finish(ike::TimePoint now) {
  StopWaiting();
  LeaveAddress();
  Cancel();
  result_.duration = now - started_;
  owner_->OnAuditDone(this, std::move(result_));
}

}  // namespace exporter
