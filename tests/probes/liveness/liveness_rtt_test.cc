// What liveness learns of an endpoint's round-trip time where retransmissions leave no sample.
#include <gtest/gtest.h>

#include <chrono>

#include "probes/liveness/liveness.h"

namespace ike {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kNow{std::chrono::hours(100)};

// The delays since the first copy of the request and since the last.
Outcome AnsweredAfter(Duration first, Duration last) {
  Outcome outcome;
  outcome.answer = AnswerKind::kSelected;
  outcome.packets_sent = 2;
  outcome.retransmitted = first != last;
  outcome.answer_delay = first;
  outcome.copy_delay = last;
  if (!outcome.retransmitted) outcome.rtt = first;
  return outcome;
}

// Karn's rule alone would never know how slow an endpoint is that answers after the first copy.
TEST(LivenessRtt, ASlowEndpointIsLearntFromTwoAnswersInARow) {
  LivenessMemory memory;
  const Outcome slow = AnsweredAfter(milliseconds(3500), milliseconds(1200));
  Remember(OpeningKind::kFull, slow, kNow, &memory);
  EXPECT_EQ(memory.last_rtt, Duration::zero()) << "it may have been a loss";
  Remember(OpeningKind::kFull, slow, kNow, &memory);
  EXPECT_EQ(memory.last_rtt, milliseconds(3500));
  const Outcome sample = AnsweredAfter(milliseconds(3400), milliseconds(3400));
  Remember(OpeningKind::kFull, sample, kNow, &memory);
  EXPECT_EQ(memory.last_rtt, milliseconds(3400)) << "a sample goes before it";
}

TEST(LivenessRtt, LossIsNotTakenForSlowness) {
  LivenessMemory memory;
  const Outcome sample = AnsweredAfter(milliseconds(20), milliseconds(20));
  Remember(OpeningKind::kFull, sample, kNow, &memory);
  for (int i = 0; i < 5; ++i) {
    const Outcome lost = AnsweredAfter(milliseconds(2320), milliseconds(20));
    Remember(OpeningKind::kFull, lost, kNow, &memory);
    EXPECT_EQ(memory.last_rtt, milliseconds(20));
  }
}

}  // namespace
}  // namespace ike
