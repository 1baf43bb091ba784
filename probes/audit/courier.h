// Courier: gets one question answered, or finds out why not. Silence may be loss, a question that
// the endpoint drops, or an endpoint that drops us: a control, an opening that has been answered
// before, tells the last two apart, and a pause lets limits of the endpoint expire. Used by both
// audits; of one thread.
//
// Where an endpoint seems to refuse by silence (SilenceEvidence), a question is sent in single
// copies until one is answered or enough of them met silence. That is a refusal once a control is
// answered after it: after every few questions, and when the audit asks for it (Prove).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "probes/audit.h"
#include "probes/audit/silence_evidence.h"

namespace ike::audit {

class Courier {
 public:
  explicit Courier(const AuditLimits& limits) : limits_(limits) {}

  struct Patience {
    int attempts = 2;  // a silent one is asked again after a control that was answered
    int fifths = 5;    // of the timeout that each attempt has
  };

  // REQUIRES: the question before it is done.
  void Ask(Opening question, bool may_leave_state, Patience patience);
  // Asks the control instead of a question: whether refusals by silence since the last one hold.
  void Prove();
  // What the audit's owner has to do next.
  AuditStep Next(TimePoint now);
  // True when the question is done: outcome() is its answer, or the last silence.
  bool OnOutcome(const Outcome& outcome, TimePoint now);

  const Outcome& outcome() const { return outcome_; }
  // outcome() is a silence that is a refusal.
  bool refused_by_silence() const { return refused_by_silence_; }
  // No control has been answered after the last refusal by silence.
  bool unproven() const { return unproven_ > 0; }
  // The control met silence, so that the refusals by silence since the one before prove nothing.
  // REQUIRES: the question is done. Resets itself.
  bool TakeDoubt() { return std::exchange(doubt_, false); }
  const SilenceEvidence& evidence() const { return evidence_; }

  // The endpoint stopped answering for good, or the requests are used up: no use in asking on.
  bool given_up() const { return given_up_; }
  // Cookies are demanded whatever we do: no more state than necessary should be left there.
  bool under_load() const { return cookie_pause_in_vain_; }
  bool ever_answered() const { return control_.has_value(); }
  uint32_t requests() const { return requests_; }

 private:
  struct Letter {
    Opening opening;
    bool may_leave_state = true;
    int fifths = 5;
  };
  enum class Sending : uint8_t { kQuestion, kControl };

  bool OnQuestionOutcome(const Outcome& outcome, TimePoint now);
  bool OnSilence();
  bool OnControlOutcome(const Outcome& outcome, TimePoint now);
  bool OnControlAnswered(const Outcome& outcome);
  bool OnControlSilent(TimePoint now);
  bool RefusedBySilence();
  bool CanRepeat(TimePoint now) const;
  void RememberAnswered(const Outcome& outcome, TimePoint now);
  void PauseForCookies(const Outcome& outcome, TimePoint now);
  bool Pause(TimePoint now);

  AuditLimits limits_;
  Letter question_;
  std::optional<Letter> control_;
  Sending sending_ = Sending::kQuestion;
  Outcome outcome_;
  TimePoint paused_until_{};
  int attempts_left_ = 0;  // each has all retransmissions of an exchange
  int pauses_ = 0;
  bool cookie_pause_in_vain_ = false;
  bool after_cookie_pause_ = false;
  bool given_up_ = false;
  uint32_t requests_ = 0;

  SilenceEvidence evidence_;
  size_t copies_ = 0;          // of the question that met silence so far
  uint64_t question_spi_ = 0;  // of these copies, in Main Mode
  size_t control_copies_ = 0;  // of the control
  size_t unproven_ = 0;        // refusals by silence since a control was answered
  bool proving_ = false;       // there is no question, only the control
  bool refused_by_silence_ = false;
  bool doubt_ = false;
  uint64_t repeat_spi_ = 0;  // of the control's last selection in Main Mode
  TimePoint selected_at_{};
  bool repeating_ = false;        // the control on its way is such a repetition
  bool repeats_in_vain_ = false;  // they are not answered here
};

}  // namespace ike::audit
