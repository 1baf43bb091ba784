// Liveness: which openings make up one liveness probe of one IKE version, decided from what is
// remembered of the endpoint and what its half-open budget allows. Pure; the engine carries it out.
// A probe is a short sequence of exchanges: it ends with the first valid answer, and only silence
// to the last of them is a failure.
#pragma once

#include <cstdint>

#include "probes/outcome.h"
#include "probes/suite.h"

namespace ike {

enum class OpeningKind : uint8_t {
  kFull,      // the target's proposal set; may leave state; the only one that renews the suite
  kPlainest,  // one common suite and nothing else, for daemons that a richer opening silences
  kRefusal,   // proposals nobody implements: answered by a refusal that leaves no state
  kRepeat,    // the last full opening's bytes again: answered from the daemon's cache, no new state
};

// What the engine remembers of one version of one target between probes. 64 bytes or less.
struct LivenessMemory {
  TimePoint last_full_sent{};       // when an opening that may have left state went out last
  TimePoint last_full_answered{};   // epoch = never, or the last one was not answered
  TimePoint last_plainest{};
  Duration last_rtt{};              // 0 = none yet
  uint16_t chosen_group = 0;        // 0 = not known: use the opening's own
  bool ever_answered = false;
  bool refusal_answered = false;    // a refusal opening has been answered here
  bool refusal_unusable = false;    // met silence where another opening was answered, or was selected
  bool plainest_needed = false;     // only the plainest opening is answered here
};

struct LivenessCircumstances {
  TimePoint now;
  bool budget_available = true;    // an opening that may leave state is allowed now
  bool budget_contended = false;   // an audit or an ad hoc probe waits for this address's budget
  bool other_version_answers = false;
  bool repeat_possible = false;    // the engine still has the bytes and the state is fresh
};

// The first opening of a probe.
OpeningKind FirstOpening(const LivenessMemory& memory, const LivenessCircumstances& at);

// The next opening after `sent` ended in `outcome`; false = the probe is over.
bool NextOpening(OpeningKind sent, const Outcome& outcome, const LivenessMemory& memory,
                 const LivenessCircumstances& at, OpeningKind* next);

// Records what `sent` proved.
void Remember(OpeningKind sent, const Outcome& outcome, TimePoint now, LivenessMemory* memory);

}  // namespace ike
