// The first opening of a probe:
//
//   budget | contended, full answered | refusal  | repeat   | opening
//          | lately (renewal)         |          | possible |
//   -------+--------------------------+----------+----------+-----------------------------------
//   yes    | no                       | untested |          | refusal, if a full one was answered
//          |                          |          |          | lately: to learn whether it works
//   yes    | no                       | other    |          | full (or plainest, see below)
//   any    | yes, or no budget        | proven   |          | refusal
//   any    | yes, or no budget        | other    | yes      | repeat
//   yes    | yes                      | untested | no       | refusal
//   yes    | yes                      | unusable | no       | full
//   no     |                          | untested | no       | refusal: its silence proves nothing
//   no     |                          | unusable | no       | none: the budget is absolute
//
// After silence (nothing at all, or nothing that is IKE) the probe goes on:
//
//   refusal, repeat | with budget: full; without it a proven refusal has the rest of the time, and
//                   | a repeat is followed by a refusal, unless that is unusable
//   full            | with budget: plainest, if it differs; at most hourly while the other version
//                   | answers, because then this one is probably switched off
//   plainest        | over
//
// A refusal is proven once it was refused. It is unusable once it met silence three times where
// another opening was answered right after, and again untested an hour later; one that was selected
// is unusable for good. Three, because packets get lost. For the same reason the plainest opening
// is needed, and comes first, once it was answered three times in a row right after a full one met
// silence; the full one is tried again every hour. As long as the plainest meets silence too, it
// is the alternate one every other time: with XAUTH's methods of IKEv1, with REDIRECT_SUPPORTED of
// IKEv2. A probe on request, which is the only one, sends that when all else met silence. Tested by
// tests/probes/liveness_test.cc.
#include "probes/liveness/liveness.h"

#include <algorithm>

namespace ike {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kNever{};
constexpr Duration kLearningWindow = minutes(10);
constexpr Duration kRepeatWindow = seconds(20);  // strongSwan keeps half-open state for 30 s
constexpr Duration kRecheck = hours(1);
constexpr int kEnoughSilences = 3;
constexpr int kEnoughSlowAnswers = 2;

bool IsWithin(TimePoint event, Duration window, TimePoint now) {
  return event != kNever && now - event < window;
}

enum class Refusal : uint8_t { kUntested, kProven, kUnusable };

Refusal RefusalOf(const LivenessMemory& memory, TimePoint now) {
  if (memory.refusal_selected) return Refusal::kUnusable;
  if (memory.refusal_unusable && IsWithin(memory.refusal_judged, kRecheck, now)) {
    return Refusal::kUnusable;
  }
  return memory.refusal_answered ? Refusal::kProven : Refusal::kUntested;
}

// The opening that may leave state and shows the suite.
OpeningKind TellingOpening(const LivenessMemory& memory, const LivenessCircumstances& at) {
  const bool is_plainest =
      memory.plainest_needed && at.plainest_differs && IsWithin(memory.last_full, kRecheck, at.now);
  return is_plainest ? OpeningKind::kPlainest : OpeningKind::kFull;
}

OpeningKind CheapOpening(const LivenessMemory& memory, const LivenessCircumstances& at) {
  const Refusal refusal = RefusalOf(memory, at.now);
  if (refusal == Refusal::kProven) return OpeningKind::kRefusal;
  const bool can_repeat =
      at.repeat_possible && IsWithin(memory.last_full_answered, kRepeatWindow, at.now);
  if (can_repeat) return OpeningKind::kRepeat;
  if (refusal == Refusal::kUntested) return OpeningKind::kRefusal;
  return at.budget_available ? TellingOpening(memory, at) : OpeningKind::kNone;
}

bool WantsPlainest(const LivenessMemory& memory, const LivenessCircumstances& at) {
  if (!at.plainest_differs) return false;
  return memory.plainest_needed || !at.other_version_answers ||
         !IsWithin(memory.last_plainest, kRecheck, at.now);
}

// Another opening was answered after a refusal had met silence.
void CountRefusalSilence(TimePoint now, LivenessMemory* memory) {
  if (!memory->refusal_missed) return;
  memory->refusal_missed = false;
  memory->refusal_answered = false;
  memory->refusal_silences = static_cast<uint8_t>(memory->refusal_silences + 1);
  if (memory->refusal_silences < kEnoughSilences) return;
  memory->refusal_silences = 0;
  memory->refusal_unusable = true;
  memory->refusal_judged = now;
}

void RememberFull(const Outcome& outcome, TimePoint now, LivenessMemory* memory) {
  memory->last_state_left = now;
  memory->last_full = now;
  memory->last_full_answered = outcome.answered() ? now : kNever;
  if (!outcome.answered()) {
    memory->chosen_group = 0;
    return;
  }
  memory->plainest_needed = false;
  memory->alternate = false;
  memory->full_silences = 0;
  if (outcome.selected()) memory->chosen_group = outcome.ikev2.group;
}

void RememberPlainest(const Outcome& outcome, TimePoint now, LivenessMemory* memory) {
  memory->last_state_left = now;
  memory->last_plainest = now;
  if (!outcome.answered()) {
    memory->last_full_answered = kNever;
    // Which of the two may be answered is not known before one is.
    if (memory->full_silences == 0) memory->alternate = !memory->alternate;
    return;
  }
  if (!memory->plainest_needed) {
    memory->full_silences = static_cast<uint8_t>(memory->full_silences + 1);
    memory->plainest_needed = memory->full_silences >= kEnoughSilences;
  }
  if (memory->plainest_needed) memory->last_full_answered = now;
}

void RememberRefusal(const Outcome& outcome, TimePoint now, LivenessMemory* memory) {
  memory->refusal_missed = !outcome.answered();
  if (!outcome.answered()) return;
  memory->refusal_silences = 0;
  memory->refusal_answered = !outcome.selected();
  memory->refusal_unusable = outcome.selected();
  memory->refusal_selected = outcome.selected();
  if (!outcome.selected()) return;
  memory->last_state_left = now;
  memory->refusal_judged = now;
}

// After a retransmission there is no sample (Karn). Where the endpoint is slower than the first
// copy waits, there never would be one: an answer that comes later after the last copy than twice
// the RTT known was given to an earlier one. Two such in a row are no loss, and what they took is
// taken for the RTT until a sample tells (RFC 6298 section 5 keeps the longer timer as well).
void LearnRtt(const Outcome& outcome, LivenessMemory* memory) {
  const bool explained = outcome.rtt || outcome.copy_delay <= 2 * memory->last_rtt;
  if (outcome.rtt) memory->last_rtt = *outcome.rtt;
  memory->slow_answers = explained ? uint8_t{0} : static_cast<uint8_t>(memory->slow_answers + 1);
  if (memory->slow_answers < kEnoughSlowAnswers) return;
  memory->slow_answers = 0;
  memory->last_rtt = outcome.answer_delay;
}

// Of what is left for an opening and what follows it. That is a last resort behind a full opening,
// and where nothing else does; else it may be followed itself.
int ShareInPercent(OpeningKind kind, bool goes_on) {
  if (kind == OpeningKind::kPlainest) return 50;  // the methods of either may be right
  return kind == OpeningKind::kFull || !goes_on ? 60 : 40;
}

}  // namespace

bool IsSilence(const Outcome& outcome) {
  return !outcome.answered() &&
         (outcome.reason == Reason::kTimeout || outcome.reason == Reason::kMalformed);
}

OpeningKind FirstOpening(const LivenessMemory& memory, const LivenessCircumstances& at) {
  const bool yields =
      at.budget_contended && IsWithin(memory.last_full_answered, at.renewal, at.now);
  if (!at.budget_available || yields) return CheapOpening(memory, at);
  const bool learns = RefusalOf(memory, at.now) == Refusal::kUntested &&
                      IsWithin(memory.last_full_answered, kLearningWindow, at.now);
  return learns ? OpeningKind::kRefusal : TellingOpening(memory, at);
}

bool OffersAlternate(OpeningKind kind, const LivenessMemory& memory) {
  if (kind == OpeningKind::kPlainest) return memory.alternate;
  return kind == OpeningKind::kRefusal && memory.alternate && memory.plainest_needed;
}

bool IsRenewalDue(const LivenessMemory& memory, const LivenessCircumstances& at) {
  return !IsWithin(memory.last_state_left, at.renewal, at.now);
}

std::optional<OpeningKind> NextOpening(OpeningKind sent, const Outcome& outcome,
                                       const LivenessMemory& memory,
                                       const LivenessCircumstances& at) {
  if (!IsSilence(outcome)) return std::nullopt;
  switch (sent) {
    case OpeningKind::kRefusal:
      if (at.budget_available) return TellingOpening(memory, at);
      // The budget that its time was shared with has gone to others meanwhile.
      if (at.time_left && RefusalOf(memory, at.now) == Refusal::kProven) return sent;
      return std::nullopt;
    case OpeningKind::kRepeat:
      if (at.budget_available) return TellingOpening(memory, at);
      if (RefusalOf(memory, at.now) == Refusal::kUnusable) return std::nullopt;
      return OpeningKind::kRefusal;
    case OpeningKind::kFull:
      if (!at.budget_available || !WantsPlainest(memory, at)) return std::nullopt;
      return OpeningKind::kPlainest;
    case OpeningKind::kPlainest:
    case OpeningKind::kNone:
      break;
  }
  return std::nullopt;
}

std::optional<OpeningKind> LastResort(const Outcome& outcome, const LivenessCircumstances& at) {
  if (!at.alternate_untried || !IsSilence(outcome)) return std::nullopt;
  return at.budget_available ? OpeningKind::kPlainest : OpeningKind::kRefusal;
}

bool SilenceIsProof(OpeningKind sent, const LivenessMemory& memory) {
  return sent != OpeningKind::kRefusal || memory.refusal_answered || !memory.ever_answered;
}

Duration ShareOfTimeout(OpeningKind kind, const LivenessMemory& memory,
                        const LivenessCircumstances& at, Duration remaining) {
  Outcome silence;
  silence.reason = Reason::kTimeout;
  const bool goes_on = NextOpening(kind, silence, memory, at).has_value();
  if (!goes_on && !LastResort(silence, at)) return remaining;
  const int percent = ShareInPercent(kind, goes_on);
  return std::min(remaining, std::max(remaining * percent / 100, memory.last_rtt * 2));
}

void Remember(OpeningKind sent, const Outcome& outcome, TimePoint now, LivenessMemory* memory) {
  if (outcome.packets_sent == 0) return;
  if (outcome.answered()) {
    memory->ever_answered = true;
    LearnRtt(outcome, memory);
    if (sent != OpeningKind::kRefusal) CountRefusalSilence(now, memory);
  }
  // Silence all round says nothing about refusals.
  if (sent != OpeningKind::kRefusal) memory->refusal_missed = false;
  switch (sent) {
    case OpeningKind::kFull:
      return RememberFull(outcome, now, memory);
    case OpeningKind::kPlainest:
      return RememberPlainest(outcome, now, memory);
    case OpeningKind::kRefusal:
      return RememberRefusal(outcome, now, memory);
    case OpeningKind::kRepeat:
    case OpeningKind::kNone:
      return;
  }
}

}  // namespace ike
