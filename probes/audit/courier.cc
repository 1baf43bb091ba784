#include "probes/audit/courier.h"

#include <algorithm>
#include <utility>

namespace ike::audit {
namespace {

constexpr uint16_t kNoProposalChosen = 14;  // of both versions

// Daemons answer a message that they know from their cache, for as long as they keep its half-open
// state: strongSwan for 30 s.
constexpr Duration kRepeatable = std::chrono::seconds(25);

// Refusals by silence after which a control has to be answered.
constexpr size_t kMostUnproven = 4;

// Copies of a control before another way is tried.
constexpr size_t kCopiesOfControl = 4;

// A COOKIE whose return was not answered proves that the endpoint lives and says nothing else.
bool IsReply(const Outcome& outcome) {
  return outcome.answered() && outcome.answer != AnswerKind::kCookie;
}

// What follows a COOKIE is no copy.
size_t CopiesOf(const Outcome& outcome) {
  return outcome.retransmitted || !outcome.answered() ? std::max(outcome.packets_sent, 1U) : 1;
}

bool IsMainMode(const Opening& opening) {
  const auto* ikev1 = std::get_if<Ikev1Opening>(&opening);
  return ikev1 != nullptr && ikev1->mode == Ikev1Mode::kMain;
}

}  // namespace

void Courier::Ask(Opening question, bool may_leave_state, Patience patience) {
  question_ = {std::move(question), may_leave_state, patience.fifths};
  sending_ = Sending::kQuestion;
  attempts_left_ = patience.attempts;
  copies_ = 0;
  question_spi_ = 0;
  proving_ = refused_by_silence_ = false;
}

void Courier::Prove() {
  sending_ = Sending::kControl;
  control_copies_ = 0;
  proving_ = true;
  refused_by_silence_ = false;
}

AuditStep Courier::Next(TimePoint now) {
  AuditStep step;
  if (now < paused_until_) {
    step.action = AuditAction::kWait;
    step.until = paused_until_;
    return step;
  }
  const bool is_control = sending_ == Sending::kControl;
  const Letter& letter = is_control ? *control_ : question_;
  step.action = AuditAction::kSend;
  step.opening = letter.opening;
  step.may_leave_state = letter.may_leave_state;
  step.fifths = letter.fifths;
  step.brief = step.silence_is_refusal = evidence_.suspected();
  repeating_ = is_control && CanRepeat(now);
  // One state at most, however many copies of a question arrive.
  if (!is_control && evidence_.suspected()) step.repeat_spi = question_spi_;
  if (!repeating_) return step;
  step.repeat_spi = repeat_spi_;
  step.may_leave_state = false;
  return step;
}

bool Courier::CanRepeat(TimePoint now) const {
  return evidence_.suspected() && repeat_spi_ != 0 && !repeats_in_vain_ &&
         now - selected_at_ < kRepeatable;
}

bool Courier::OnOutcome(const Outcome& outcome, TimePoint now) {
  requests_ += std::max(outcome.packets_sent, 1U);
  PauseForCookies(outcome, now);
  bool done = sending_ == Sending::kQuestion ? OnQuestionOutcome(outcome, now)
                                             : OnControlOutcome(outcome, now);
  if (requests_ < limits_.max_requests) return done;
  given_up_ = true;
  return true;
}

bool Courier::OnQuestionOutcome(const Outcome& outcome, TimePoint now) {
  outcome_ = outcome;
  if (IsMainMode(question_.opening)) question_spi_ = outcome.initiator_spi;
  copies_ += CopiesOf(outcome);
  if (IsReply(outcome)) {
    evidence_.NoteAnswer(copies_);
    if (outcome.error_notify == kNoProposalChosen) evidence_.NoteRefusal();
    RememberAnswered(outcome, now);
    return true;
  }
  return OnSilence();
}

bool Courier::OnSilence() {
  --attempts_left_;
  if (!control_) return true;
  const bool was_suspected = evidence_.suspected();
  evidence_.NoteSilence();
  if (evidence_.suspected() && was_suspected) {
    if (copies_ < evidence_.CopiesNeeded()) return false;
    if (unproven_ + 1 < kMostUnproven) return RefusedBySilence();
  }
  sending_ = Sending::kControl;
  control_copies_ = 0;
  return false;
}

bool Courier::RefusedBySilence() {
  ++unproven_;
  refused_by_silence_ = true;
  return true;
}

bool Courier::OnControlOutcome(const Outcome& outcome, TimePoint now) {
  control_copies_ += CopiesOf(outcome);
  if (!IsReply(outcome)) return OnControlSilent(now);
  if (outcome.selected() && !repeating_) {
    repeat_spi_ = IsMainMode(control_->opening) ? outcome.initiator_spi : 0;
    selected_at_ = now;
  }
  return OnControlAnswered(outcome);
}

bool Courier::OnControlAnswered(const Outcome& outcome) {
  evidence_.NoteAnswer(control_copies_);
  control_copies_ = 0;
  unproven_ = 0;
  const bool is_free = repeating_ || !control_->may_leave_state;
  if (is_free && evidence_.suspected() && evidence_.wants_samples()) return false;
  if (proving_) return true;
  sending_ = Sending::kQuestion;
  if (!evidence_.suspected()) return attempts_left_ <= 0;
  if (copies_ < evidence_.CopiesNeeded()) return false;
  RefusedBySilence();
  unproven_ = 0;
  return true;
}

bool Courier::OnControlSilent(TimePoint now) {
  if (evidence_.suspected() && control_copies_ < kCopiesOfControl * (repeating_ ? 1 : 3)) {
    return false;
  }
  if (repeating_) {
    repeats_in_vain_ = true;
    return false;
  }
  doubt_ |= unproven_ > 0;
  unproven_ = 0;
  control_copies_ = 0;
  if (Pause(now)) return false;
  given_up_ = true;
  return true;
}

// The control should be an opening that costs the endpoint nothing.
void Courier::RememberAnswered(const Outcome& outcome, TimePoint now) {
  bool stateless = outcome.leaves_no_state();
  unproven_ = 0;
  if (control_ && control_->may_leave_state == false && !stateless) return;
  control_ = question_;
  control_->may_leave_state = !stateless;
  control_->fifths = 5;
  const bool repeatable = outcome.selected() && IsMainMode(question_.opening);
  repeat_spi_ = repeatable ? outcome.initiator_spi : 0;
  selected_at_ = now;
}

// COOKIE means that the endpoint counts half-open SAs, perhaps ours: they expire while we wait.
// When waiting changes nothing, it demands cookies of everybody, and goes on answering.
void Courier::PauseForCookies(const Outcome& outcome, TimePoint now) {
  if (!IsReply(outcome)) return;
  if (after_cookie_pause_ && outcome.cookie_required) cookie_pause_in_vain_ = true;
  after_cookie_pause_ = false;
  if (!outcome.cookie_required || cookie_pause_in_vain_) return;
  after_cookie_pause_ = Pause(now);
}

bool Courier::Pause(TimePoint now) {
  if (pauses_ >= limits_.max_pauses) return false;
  ++pauses_;
  paused_until_ = now + limits_.pause_after_silence;
  return true;
}

}  // namespace ike::audit
