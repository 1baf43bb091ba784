// QuestionSender: gets one question answered, or finds out why not. Silence may be loss, a question
// that the endpoint drops, or an endpoint that drops us: a control, an opening that has been
// answered before, tells the last two apart, and a pause lets limits of the endpoint expire. Used
// by both audits; of one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/audit/audit.h"

namespace ike::audit {

class QuestionSender {
 public:
  explicit QuestionSender(const AuditLimits& limits) : limits_(limits) {}

  struct Patience {
    int attempts = 2;        // a silent one is asked again after a control that was answered
    int timeout_fifths = 5;  // of the timeout that each attempt has
  };

  // REQUIRES: the question before it is done.
  void Ask(Opening question, bool may_leave_state, Patience patience);
  // What the audit's owner has to do next.
  AuditStep Next(TimePoint now);
  // True when the question is done: outcome() is its answer, or the last silence.
  bool OnOutcome(const Outcome& outcome, TimePoint now);

  const Outcome& outcome() const { return outcome_; }
  // The endpoint stopped answering for good, or the requests are used up: no use in asking on.
  bool given_up() const { return given_up_; }
  // Cookies are demanded whatever we do: no more state than necessary should be left there.
  bool under_load() const { return cookie_pause_in_vain_; }
  bool ever_answered() const { return control_.has_value(); }
  uint32_t requests() const { return requests_; }

 private:
  struct Message {
    Opening opening;
    bool may_leave_state = true;
    int timeout_fifths = 5;
  };
  enum class Sending : uint8_t { kQuestion, kControl };

  bool OnQuestionOutcome(const Outcome& outcome, TimePoint now);
  bool OnControlOutcome(const Outcome& outcome, TimePoint now);
  void RememberAnswered(const Outcome& outcome);
  void PauseForCookies(const Outcome& outcome, TimePoint now);
  bool Pause(TimePoint now);

  AuditLimits limits_;
  Message question_;
  std::optional<Message> control_;
  Sending sending_ = Sending::kQuestion;
  Outcome outcome_;
  TimePoint paused_until_{};
  int attempts_left_ = 0;  // each has all retransmissions of an exchange
  int pauses_ = 0;
  bool cookie_pause_in_vain_ = false;
  bool after_cookie_pause_ = false;
  bool given_up_ = false;
  uint32_t requests_ = 0;
};

}  // namespace ike::audit
