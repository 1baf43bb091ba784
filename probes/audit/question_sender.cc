#include "probes/audit/question_sender.h"

#include <algorithm>
#include <utility>

namespace ike::audit {
namespace {

// A COOKIE whose return was not answered proves that the endpoint lives and says nothing else.
bool IsReply(const Outcome& outcome) {
  return outcome.answered() && outcome.answer != AnswerKind::kCookie;
}

}  // namespace
void QuestionSender::Ask(Opening question, bool may_leave_state, Patience patience) {
  question_ = {std::move(question), may_leave_state, patience.timeout_fifths};
  sending_ = Sending::kQuestion;
  attempts_left_ = patience.attempts;
}

AuditStep QuestionSender::Next(TimePoint now) {
  AuditStep step;
  if (now < paused_until_) {
    step.action = AuditAction::kWait;
    step.until = paused_until_;
    return step;
  }
  const Message& message = sending_ == Sending::kControl ? *control_ : question_;
  step.action = AuditAction::kSend;
  step.opening = message.opening;
  step.may_leave_state = message.may_leave_state;
  step.timeout_fifths = message.timeout_fifths;
  return step;
}

bool QuestionSender::OnOutcome(const Outcome& outcome, TimePoint now) {
  requests_ += std::max(outcome.packets_sent, 1U);
  PauseForCookies(outcome, now);
  bool done = sending_ == Sending::kQuestion ? OnQuestionOutcome(outcome, now)
                                             : OnControlOutcome(outcome, now);
  if (requests_ < limits_.max_requests) return done;
  given_up_ = true;
  return true;
}

bool QuestionSender::OnQuestionOutcome(const Outcome& outcome, TimePoint) {
  outcome_ = outcome;
  if (IsReply(outcome)) {
    RememberAnswered(outcome);
    return true;
  }
  --attempts_left_;
  if (!control_) return true;
  sending_ = Sending::kControl;
  return false;
}

bool QuestionSender::OnControlOutcome(const Outcome& outcome, TimePoint now) {
  if (!IsReply(outcome)) {
    if (Pause(now)) return false;
    given_up_ = true;
    return true;
  }
  sending_ = Sending::kQuestion;
  return attempts_left_ <= 0;
}

// The control should be an opening that costs the endpoint nothing.
void QuestionSender::RememberAnswered(const Outcome& outcome) {
  bool stateless = outcome.leaves_no_state();
  if (control_ && control_->may_leave_state == false && !stateless) return;
  control_ = question_;
  control_->may_leave_state = !stateless;
  control_->timeout_fifths = 5;
}

// COOKIE means that the endpoint counts half-open SAs, perhaps ours: they expire while we wait.
// When waiting changes nothing, it demands cookies of everybody, and goes on answering.
void QuestionSender::PauseForCookies(const Outcome& outcome, TimePoint now) {
  if (!IsReply(outcome)) return;
  if (after_cookie_pause_ && outcome.cookie_required) cookie_pause_in_vain_ = true;
  after_cookie_pause_ = false;
  if (!outcome.cookie_required || cookie_pause_in_vain_) return;
  after_cookie_pause_ = Pause(now);
}

bool QuestionSender::Pause(TimePoint now) {
  if (pauses_ >= limits_.max_pauses) return false;
  ++pauses_;
  paused_until_ = now + limits_.pause_after_silence;
  return true;
}

}  // namespace ike::audit
