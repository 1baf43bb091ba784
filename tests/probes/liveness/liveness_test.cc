#include "probes/liveness/liveness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace ike {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Outcome Silent(Reason reason = Reason::kTimeout) {
  Outcome outcome;
  outcome.reason = reason;
  outcome.packets_sent = 3;
  return outcome;
}
Outcome Refused() {
  Outcome outcome = Silent(Reason::kRejected);
  outcome.answer = AnswerKind::kErrorNotify;
  return outcome;
}
Outcome Selected(uint16_t group = 31) {
  Outcome outcome = Silent(Reason::kNone);
  outcome.answer = AnswerKind::kSelected;
  outcome.ikev2.group = group;
  outcome.rtt = milliseconds(25);
  return outcome;
}

class LivenessTest : public testing::Test {
 protected:
  LivenessTest() { at.now = TimePoint(hours(100)); }

  OpeningKind First() const { return FirstOpening(memory, at); }
  OpeningKind Next(OpeningKind sent, const Outcome& outcome) const {
    return NextOpening(sent, outcome, memory, at).value_or(OpeningKind::kNone);
  }
  void Saw(OpeningKind sent, const Outcome& outcome) { Remember(sent, outcome, at.now, &memory); }

  // A whole probe against an endpoint that answers `answered` and no others. Returns what was sent.
  std::vector<OpeningKind> Probe(std::vector<OpeningKind> answered) {
    std::vector<OpeningKind> sent;
    OpeningKind kind = First();
    while (kind != OpeningKind::kNone) {
      sent.push_back(kind);
      const bool is_answered = std::find(answered.begin(), answered.end(), kind) != answered.end();
      Outcome outcome = kind == OpeningKind::kRefusal ? Refused() : Selected();
      if (!is_answered) outcome = Silent();
      const OpeningKind next = Next(kind, outcome);
      Saw(kind, outcome);
      kind = next;
    }
    at.now += seconds(30);
    return sent;
  }

  LivenessMemory memory;
  LivenessCircumstances at;
};

using enum OpeningKind;
using Kinds = std::vector<OpeningKind>;

TEST_F(LivenessTest, UnknownEndpointGetsTheFullOpening) { EXPECT_EQ(First(), kFull); }

TEST_F(LivenessTest, SecondProbeLearnsWhetherRefusalsAreAnswered) {
  EXPECT_EQ(Probe({kFull, kRefusal}), Kinds({kFull}));
  EXPECT_EQ(Probe({kFull, kRefusal}), Kinds({kRefusal}));
  EXPECT_TRUE(memory.refusal_answered);
  EXPECT_EQ(Probe({kFull, kRefusal}), Kinds({kFull}));
}

TEST_F(LivenessTest, EndpointThatWasSilentLatelyIsNotTaught) {
  Saw(kFull, Selected());
  Saw(kFull, Silent());
  EXPECT_EQ(First(), kFull);
  Saw(kFull, Selected());
  at.now += minutes(11);
  EXPECT_EQ(First(), kFull);
}

TEST_F(LivenessTest, RefusalIsUnusableAfterThreeContradictions) {
  Saw(kFull, Selected());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(memory.refusal_unusable);
    EXPECT_EQ(Probe({kFull}), Kinds({kRefusal, kFull}));
  }
  EXPECT_TRUE(memory.refusal_unusable);
  EXPECT_EQ(Probe({kFull}), Kinds({kFull}));
  at.budget_available = false;
  EXPECT_EQ(First(), kNone);
  at.budget_available = true;
  at.now += hours(1);
  Saw(kFull, Selected());
  EXPECT_EQ(First(), kRefusal) << "an hour later it is tried again";
}

TEST_F(LivenessTest, SilenceOfEverythingSaysNothingAboutRefusals) {
  Saw(kFull, Selected());
  for (int i = 0; i < 10; ++i) {
    Saw(kRefusal, Silent());
    Saw(kFull, Silent());
    Saw(kFull, Selected());
  }
  EXPECT_FALSE(memory.refusal_unusable);
  EXPECT_EQ(memory.refusal_silences, 0);
}

TEST_F(LivenessTest, ProvenRefusalThatFailsIsTestedAgainBeforeItIsGivenUp) {
  Saw(kRefusal, Refused());
  Saw(kRefusal, Silent());
  Saw(kFull, Selected());
  EXPECT_FALSE(memory.refusal_answered);
  EXPECT_FALSE(memory.refusal_unusable);
  Saw(kRefusal, Refused());
  EXPECT_TRUE(memory.refusal_answered);
  EXPECT_EQ(memory.refusal_silences, 0);
}

TEST_F(LivenessTest, SelectedRefusalIsUnusableForGood) {
  Saw(kFull, Selected());
  Saw(kRefusal, Selected());
  EXPECT_TRUE(memory.refusal_unusable);
  EXPECT_EQ(memory.last_state_left, at.now);
  at.now += hours(5);
  Saw(kFull, Selected());
  EXPECT_EQ(First(), kFull);
  at.budget_available = false;
  EXPECT_EQ(First(), kNone);
}

TEST_F(LivenessTest, WithoutBudgetProvenRefusalsKeepItUpToDate) {
  Saw(kFull, Selected());
  Saw(kRefusal, Refused());
  at.budget_available = false;
  at.repeat_possible = true;
  EXPECT_EQ(First(), kRefusal);
  EXPECT_EQ(Next(kRefusal, Silent()), kNone) << "the budget is absolute";
  EXPECT_TRUE(SilenceIsProof(kRefusal, memory));
}

TEST_F(LivenessTest, ARefusalHasTheTimeThatNothingElseNeeds) {
  Saw(kFull, Selected());
  at.budget_available = false;
  at.time_left = true;
  EXPECT_EQ(Next(kRefusal, Silent()), kNone) << "its silence would prove nothing";
  Saw(kRefusal, Refused());
  EXPECT_EQ(Next(kRefusal, Silent()), kRefusal);
  EXPECT_EQ(Next(kFull, Silent()), kNone);
  at.budget_available = true;
  EXPECT_EQ(Next(kRefusal, Silent()), kFull);
}

TEST_F(LivenessTest, WithoutBudgetAndProofTheRepeatComesFirst) {
  Saw(kFull, Selected());
  at.budget_available = false;
  at.repeat_possible = true;
  EXPECT_EQ(First(), kRepeat);
  EXPECT_EQ(Next(kRepeat, Silent()), kRefusal);
  at.now += seconds(20);
  EXPECT_EQ(First(), kRefusal) << "the daemon has forgotten it";
  memory.refusal_selected = true;
  EXPECT_EQ(Next(kRepeat, Silent()), kNone);
}

TEST_F(LivenessTest, SilenceToAnUntestedRefusalProvesNothing) {
  EXPECT_TRUE(SilenceIsProof(kRefusal, memory));
  Saw(kFull, Selected());
  EXPECT_FALSE(SilenceIsProof(kRefusal, memory));
  EXPECT_TRUE(SilenceIsProof(kFull, memory));
  EXPECT_TRUE(SilenceIsProof(kRepeat, memory));
}

TEST_F(LivenessTest, YieldsWhileOthersWantTheBudget) {
  Saw(kFull, Selected());
  Saw(kRefusal, Refused());
  at.budget_contended = true;
  EXPECT_EQ(First(), kRefusal);
  at.now += minutes(2);
  EXPECT_EQ(First(), kFull) << "the suite has to be renewed";
}

TEST_F(LivenessTest, RenewsTheSuiteAsOftenAsTheTransportAllows) {
  Saw(kFull, Selected());
  Saw(kRefusal, Refused());
  at.budget_contended = true;
  at.renewal = minutes(5);
  at.now += minutes(5) - seconds(1);
  EXPECT_EQ(First(), kRefusal);
  EXPECT_FALSE(IsRenewalDue(memory, at));
  at.now += seconds(1);
  EXPECT_EQ(First(), kFull);
  EXPECT_TRUE(IsRenewalDue(memory, at));
}

TEST_F(LivenessTest, RenewalIsDueWhateverTheAnswerWas) {
  EXPECT_TRUE(IsRenewalDue(memory, at));
  Saw(kFull, Silent());
  EXPECT_FALSE(IsRenewalDue(memory, at));
  at.now += minutes(2);
  EXPECT_TRUE(IsRenewalDue(memory, at));
  Saw(kRefusal, Refused());
  EXPECT_TRUE(IsRenewalDue(memory, at));
  Saw(kPlainest, Selected());
  EXPECT_FALSE(IsRenewalDue(memory, at));
}

TEST_F(LivenessTest, DoesNotYieldWithoutAnAnswer) {
  at.budget_contended = true;
  EXPECT_EQ(First(), kFull);
  Saw(kFull, Selected());
  Saw(kFull, Silent());
  EXPECT_EQ(First(), kFull);
}

TEST_F(LivenessTest, YieldingWithNothingCheapIsFull) {
  Saw(kFull, Selected());
  Saw(kRefusal, Selected());
  at.budget_contended = true;
  EXPECT_EQ(First(), kFull);
}

TEST_F(LivenessTest, CheapSilenceIsFollowedByFullWithBudget) {
  for (OpeningKind kind : {kRefusal, kRepeat}) EXPECT_EQ(Next(kind, Silent()), kFull);
}

TEST_F(LivenessTest, AnswersAndErrorsEndAProbe) {
  for (OpeningKind kind : {kFull, kPlainest, kRefusal, kRepeat}) {
    EXPECT_EQ(Next(kind, Selected()), kNone);
    EXPECT_EQ(Next(kind, Refused()), kNone);
    for (Reason reason : {Reason::kSend, Reason::kUnreachable, Reason::kInternal}) {
      EXPECT_EQ(Next(kind, Silent(reason)), kNone);
    }
  }
  EXPECT_EQ(Next(kPlainest, Silent()), kNone);
  EXPECT_EQ(Next(kNone, Silent()), kNone);
}

TEST_F(LivenessTest, CookieFollowedIntoSilenceIsAnAnswer) {
  Outcome outcome = Silent();
  outcome.answer = AnswerKind::kCookie;
  EXPECT_EQ(Next(kFull, outcome), kNone);
}

TEST_F(LivenessTest, SilentHostGetsThePlainestOpening) {
  EXPECT_EQ(Probe({}), Kinds({kFull, kPlainest}));
  EXPECT_EQ(Probe({}), Kinds({kFull, kPlainest}));
  EXPECT_EQ(Next(kFull, Silent(Reason::kMalformed)), kPlainest);
  at.plainest_differs = false;
  EXPECT_EQ(Probe({}), Kinds({kFull}));
  at.plainest_differs = true;
  at.budget_available = false;
  EXPECT_EQ(Next(kFull, Silent()), kNone);
}

TEST_F(LivenessTest, PlainestIsHourlyWhileTheOtherVersionAnswers) {
  at.other_version_answers = true;
  EXPECT_EQ(Probe({}), Kinds({kFull, kPlainest}));
  EXPECT_EQ(Probe({}), Kinds({kFull}));
  at.now += hours(1);
  EXPECT_EQ(Probe({}), Kinds({kFull, kPlainest}));
}

TEST_F(LivenessTest, PlainestComesFirstWhereItIsNeeded) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Probe({kPlainest}), Kinds({kFull, kPlainest}));
  EXPECT_TRUE(memory.plainest_needed);
  Saw(kRefusal, Selected());  // so that nothing is learnt here
  EXPECT_EQ(Probe({kPlainest}), Kinds({kPlainest}));
  at.now += hours(1);
  at.other_version_answers = true;
  EXPECT_EQ(Probe({kPlainest}), Kinds({kFull, kPlainest}));
  EXPECT_EQ(Probe({kPlainest}), Kinds({kPlainest}));
  at.now += hours(1);
  EXPECT_EQ(Probe({kFull, kPlainest}), Kinds({kFull}));
  EXPECT_FALSE(memory.plainest_needed);
}

// A libreswan that has connections with XAUTH alone.
TEST_F(LivenessTest, PlainestOffersAlternateEveryOtherTimeUntilItIsAnswered) {
  Probe({});
  EXPECT_TRUE(OffersAlternate(kPlainest, memory));
  EXPECT_FALSE(OffersAlternate(kRefusal, memory)) << "if it comes back it may be the other kind";
  Probe({});
  EXPECT_FALSE(OffersAlternate(kPlainest, memory));
  Probe({});
  for (int i = 0; i < 4; ++i) Probe({kPlainest, kRefusal});
  EXPECT_TRUE(memory.plainest_needed);
  EXPECT_TRUE(OffersAlternate(kPlainest, memory));
  EXPECT_TRUE(OffersAlternate(kRefusal, memory));
  EXPECT_FALSE(OffersAlternate(kFull, memory));
  Probe({});  // it may be down
  Probe({});
  EXPECT_TRUE(memory.alternate);
  at.now += hours(1);
  Probe({kFull});
  EXPECT_FALSE(memory.alternate);
}

TEST_F(LivenessTest, LastResortOfARequestIsXauthAsTheBudgetAllows) {
  EXPECT_EQ(LastResort(Silent(), at), std::nullopt);
  at.alternate_untried = true;
  EXPECT_EQ(LastResort(Silent(), at), kPlainest);
  at.budget_available = false;
  EXPECT_EQ(LastResort(Silent(), at), kRefusal);
  EXPECT_EQ(LastResort(Refused(), at), std::nullopt);
  EXPECT_EQ(LastResort(Silent(Reason::kUnreachable), at), std::nullopt);
}

TEST_F(LivenessTest, OneLostFullOpeningDoesNotMakeThePlainestNeeded) {
  for (int i = 0; i < 5; ++i) {
    Saw(kFull, Silent());
    Saw(kPlainest, Selected());
    Saw(kFull, Selected());
  }
  EXPECT_FALSE(memory.plainest_needed);
}

TEST_F(LivenessTest, RemembersRttAndGroup) {
  Saw(kFull, Selected(20));
  EXPECT_EQ(memory.last_rtt, milliseconds(25));
  EXPECT_EQ(memory.chosen_group, 20);
  Saw(kFull, Refused());
  EXPECT_EQ(memory.chosen_group, 20);
  Saw(kFull, Silent());
  EXPECT_EQ(memory.chosen_group, 0) << "a host that went silent may be another one now";
  EXPECT_EQ(memory.last_rtt, milliseconds(25));
}

TEST_F(LivenessTest, WhatWasNeverSentProvesNothing) {
  Outcome outcome = Silent(Reason::kSend);
  outcome.packets_sent = 0;
  Saw(kFull, Selected());
  const TimePoint answered = memory.last_full_answered;
  at.now += seconds(5);
  Saw(kFull, outcome);
  EXPECT_EQ(memory.last_full_answered, answered);
}

TEST_F(LivenessTest, SharesLeaveTimeForWhatMayFollow) {
  EXPECT_EQ(ShareOfTimeout(kFull, memory, at, seconds(5)), seconds(3));
  EXPECT_EQ(ShareOfTimeout(kRefusal, memory, at, seconds(5)), seconds(2));
  EXPECT_EQ(ShareOfTimeout(kPlainest, memory, at, seconds(2)), seconds(2));
  memory.last_rtt = milliseconds(1800);
  EXPECT_EQ(ShareOfTimeout(kRefusal, memory, at, seconds(5)), milliseconds(3600));
  EXPECT_EQ(ShareOfTimeout(kRefusal, memory, at, seconds(3)), seconds(3));
  at.budget_available = false;
  EXPECT_EQ(ShareOfTimeout(kRefusal, memory, at, seconds(5)), seconds(5));
  EXPECT_EQ(ShareOfTimeout(kFull, memory, at, seconds(5)), seconds(5));
  memory.last_rtt = {};
  at.alternate_untried = true;
  EXPECT_EQ(ShareOfTimeout(kRefusal, memory, at, seconds(5)), seconds(3));
  EXPECT_EQ(ShareOfTimeout(kPlainest, memory, at, seconds(2)), seconds(1));
}

// A default strongSwan, both versions every 5 s for an hour, two of three slots for liveness: never
// more than two half-open SAs in 30 s, and no probe is skipped.
TEST_F(LivenessTest, ShortIntervalsStayWithinTheBudget) {
  LivenessMemory memories[2];
  std::vector<TimePoint> taken;
  int refusals = 0;
  for (int i = 0; i < 720; ++i, at.now += seconds(5)) {
    for (LivenessMemory& version : memories) {
      std::erase_if(taken, [&](TimePoint slot) { return at.now - slot >= seconds(30); });
      at.budget_available = taken.size() < 2;
      const OpeningKind kind = FirstOpening(version, at);
      ASSERT_NE(kind, kNone);
      if (kind == kRefusal) ++refusals;
      if (kind == kFull) taken.push_back(at.now);
      ASSERT_LE(taken.size(), 2u);
      Remember(kind, kind == kRefusal ? Refused() : Selected(), at.now, &version);
    }
  }
  EXPECT_GT(refusals, 1000);
  for (const LivenessMemory& version : memories) {
    EXPECT_LT(at.now - version.last_full_answered, minutes(5));
  }
}

TEST_F(LivenessTest, ARepeatTellsNothingAboutTheSuite) {
  Saw(kFull, Selected(31));
  const TimePoint full = at.now;
  at.now += seconds(10);
  Outcome repeated = Selected(14);
  repeated.rtt = milliseconds(40);
  Saw(kRepeat, repeated);
  EXPECT_EQ(memory.chosen_group, 31);
  EXPECT_EQ(memory.last_full_answered, full) << "nor is it kept alive by it";
  EXPECT_EQ(memory.last_rtt, milliseconds(40));
}

}  // namespace
}  // namespace ike
