// Liveness: which openings make up one liveness probe of one IKE version, decided from what is
// remembered of the endpoint and what its half-open budget allows. Pure; the engine carries it out.
// A probe is a short sequence of exchanges: it ends with the first valid answer, and only silence
// to the last of them is a failure.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/algorithms/suite.h"
#include "probes/exchange/outcome.h"

namespace ike {

enum class OpeningKind : uint8_t {
  kFull,      // the target's proposal set; may leave state; the only one that renews the suite
  kPlainest,  // some common suites and nothing else, for daemons that a richer opening silences
  kRefusal,   // proposals nobody implements: answered by a refusal that leaves no state
  kRepeat,    // the last full opening's bytes again: answered from the daemon's cache, no new state
  kNone,      // nothing that would tell anything is allowed now: the probe is skipped
};

// What the engine remembers of one version of one target between probes. Written by Remember alone.
// Of the times the epoch means "never".
struct LivenessMemory {
  TimePoint last_state_left{};     // when an opening that may have left state went out last
  TimePoint last_full_answered{};  // or the plainest, where it is needed; "never" after silence
  TimePoint last_full{};
  TimePoint last_plainest{};
  TimePoint refusal_judged{};  // when it was found unusable
  Duration last_rtt{};         // 0 = none yet
  uint16_t chosen_group = 0;   // 0 = not known: use the opening's own
  uint16_t address = 0;        // a hash of the one that answered last, where the name has several
  bool ever_answered = false;
  bool refusal_answered = false;  // a refusal opening is answered by a refusal here
  bool refusal_unusable = false;  // it met silence where others were answered, or was selected
  bool refusal_selected = false;  // that is, it cannot be tried again without leaving state
  bool refusal_missed = false;    // the last one met silence, and nothing was answered since
  uint8_t refusal_silences = 0;   // how often it met silence where others were answered
  bool plainest_needed = false;   // only the plainest opening is answered here
  bool alternate = false;         // the plainest is the alternate one: see OffersAlternate
  uint8_t full_silences = 0;  // how often a full one met silence where the plainest was answered
  uint8_t slow_answers = 0;   // in a row, later than last_rtt explains: see LearnRtt
};
static_assert(sizeof(LivenessMemory) <= 64);  // there are two for each target

struct LivenessCircumstances {
  TimePoint now;
  bool budget_available = true;   // an opening that may leave state is allowed now
  bool budget_contended = false;  // an audit or an ad hoc probe waits for this address's budget
  bool other_version_answers = false;
  bool repeat_possible = false;  // the engine still has the bytes and they have been answered
  bool plainest_differs = true;  // from the full opening
  bool time_left = false;  // what met silence had a share of the timeout, and no second one yet
  Duration renewal = std::chrono::minutes(2);  // of the suite, while others want the budget
  bool alternate_untried = false;              // by a probe on request: see LastResort
};

// Nothing came that is IKE. An error of the path or of our own system is no such silence: another
// opening would meet it too.
bool IsSilence(const Outcome& outcome);

// The first opening of a probe.
OpeningKind FirstOpening(const LivenessMemory& memory, const LivenessCircumstances& at);

// Whether `kind` is to be the alternate one: of IKEv1 with XAUTH's methods, of IKEv2 with
// REDIRECT_SUPPORTED.
bool OffersAlternate(OpeningKind kind, const LivenessMemory& memory);

// Whether the last opening of `memory` that may have left state is so old that liveness claims the
// budget for it.
bool IsRenewalDue(const LivenessMemory& memory, const LivenessCircumstances& at);

// The next opening after `sent` ended in `outcome`; nullopt = the probe is over. `memory` does not
// hold this outcome yet.
std::optional<OpeningKind> NextOpening(OpeningKind sent, const Outcome& outcome,
                                       const LivenessMemory& memory,
                                       const LivenessCircumstances& at);

// What a probe on request, which has no next time, is left with once NextOpening has nothing: an
// alternate opening, one without state if the budget allows no other.
std::optional<OpeningKind> LastResort(const Outcome& outcome, const LivenessCircumstances& at);

// Whether the silence to `sent`, the last opening of a probe, says that this version is down. Not
// so where it is an untested refusal and others have been answered: then the probe counts as
// skipped.
bool SilenceIsProof(OpeningKind sent, const LivenessMemory& memory);

// How much of what remains of a probe's timeout an exchange may take, so that enough is left for
// what may follow it.
Duration ShareOfTimeout(OpeningKind kind, const LivenessMemory& memory,
                        const LivenessCircumstances& at, Duration remaining);

// Records what `sent` proved.
void Remember(OpeningKind sent, const Outcome& outcome, TimePoint now, LivenessMemory* memory);

}  // namespace ike
