#include "exporter/limits/packet_pacer.h"

#include <gtest/gtest.h>

#include <vector>

namespace exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PacketPacerTest : public testing::Test {
 protected:
  // Sends what may go now, at most `most`. Returns how many.
  size_t Send(size_t most = SIZE_MAX) {
    size_t count = 0;
    for (; count < most && pacer_.MaySend(); ++count) pacer_.OnSent(now_, true);
    return count;
  }
  void Wait(ike::Duration time) {
    now_ += time;
    pacer_.Advance(now_);
  }
  // Every millisecond, until `time` has passed. Returns how many went.
  size_t SendFor(ike::Duration time) {
    size_t count = 0;
    for (const ike::TimePoint end = now_ + time; now_ < end;) {
      Wait(milliseconds(1));
      count += Send();
    }
    return count;
  }

  ike::TimePoint now_{std::chrono::hours(1)};
  PacketPacer pacer_{now_};
};

TEST_F(PacketPacerTest, NothingGoesBeforeTimePasses) { EXPECT_EQ(Send(), 0u); }

TEST_F(PacketPacerTest, KeepsTheRate) {
  pacer_.set_rate(500);
  EXPECT_NEAR(static_cast<double>(SendFor(seconds(10))), 5000, 1);
  EXPECT_EQ(pacer_.limit(), Pace::kRate);
}

TEST_F(PacketPacerTest, ASlowRateIsEvenlySpaced) {
  pacer_.set_rate(3);
  Wait(seconds(10));
  EXPECT_EQ(Send(), 1u);
  Wait(milliseconds(333));
  EXPECT_EQ(Send(), 0u);
  Wait(milliseconds(1));
  EXPECT_EQ(Send(), 1u);
}

TEST_F(PacketPacerTest, ALateTickMakesNoBurst) {
  pacer_.set_rate(1000);
  Wait(seconds(10));
  EXPECT_EQ(Send(), 20u);
}

TEST_F(PacketPacerTest, WhatFollowsWaitsForAPacketThatWasNotAsked) {
  pacer_.set_rate(1000);
  Wait(milliseconds(1));
  for (int i = 0; i < 11; ++i) pacer_.OnSent(now_, true);
  EXPECT_EQ(SendFor(milliseconds(10)), 0u);
  EXPECT_NEAR(static_cast<double>(SendFor(milliseconds(10))), 10, 1);
}

TEST_F(PacketPacerTest, NoMoreIsInFlightThanTheBufferHolds) {
  pacer_.set_rate(100000);
  pacer_.AddReceiveBuffer(300);
  EXPECT_EQ(SendFor(milliseconds(100)), 300u);
  EXPECT_EQ(pacer_.in_flight(), 300u);
  EXPECT_EQ(pacer_.limit(), Pace::kReceiveBuffer);
}

TEST_F(PacketPacerTest, TheSmallestBufferCounts) {
  pacer_.AddReceiveBuffer(300);
  pacer_.AddReceiveBuffer(100);
  pacer_.AddReceiveBuffer(200);
  EXPECT_EQ(pacer_.window(), 100u);
}

TEST_F(PacketPacerTest, AnAnswerMakesRoom) {
  pacer_.set_rate(100000);
  pacer_.AddReceiveBuffer(300);
  SendFor(milliseconds(5));
  for (int i = 0; i < 10; ++i) pacer_.OnAnswered(now_);
  EXPECT_EQ(pacer_.in_flight(), 290u);
  EXPECT_EQ(SendFor(milliseconds(5)), 10u);
}

// Or peers that are silent would keep the others waiting.
TEST_F(PacketPacerTest, WhatIsNotAnsweredIsGivenUp) {
  pacer_.set_rate(100000);
  pacer_.AddReceiveBuffer(300);
  SendFor(milliseconds(5));
  const ike::TimePoint sent = now_;
  Wait(pacer_.patience() - milliseconds(10));
  EXPECT_EQ(pacer_.in_flight(), 300u);
  Wait(milliseconds(30));
  EXPECT_EQ(pacer_.in_flight(), 300u) << "what has come meanwhile is only read now";
  Wait(milliseconds(1));
  EXPECT_EQ(pacer_.in_flight(), 0u);
  pacer_.OnAnswered(sent);  // too late to count
  EXPECT_EQ(pacer_.in_flight(), 0u);
}

// Hundreds of silent peers a second in a window of 300 would leave no room for the others.
TEST_F(PacketPacerTest, WhereFewAnswerMoreIsInFlight) {
  pacer_.set_rate(100000);
  pacer_.AddReceiveBuffer(300);
  SendFor(seconds(10));
  EXPECT_EQ(pacer_.window(), 300u * 16);
  // They are back: soon no more is in flight than can be answered.
  for (int i = 0; i < 500; ++i) {
    Wait(milliseconds(1));
    pacer_.OnSent(now_, true);
    pacer_.OnAnswered(now_);
  }
  EXPECT_NEAR(static_cast<double>(pacer_.window()), 300, 30);
}

TEST_F(PacketPacerTest, AFewThatAreLostMakeLittleDifference) {
  pacer_.set_rate(1000);
  pacer_.AddReceiveBuffer(300);
  for (int i = 0; i < 2000; ++i) {
    Wait(milliseconds(1));
    pacer_.OnSent(now_, true);
    if (i % 20 != 0) pacer_.OnAnswered(now_);
  }
  EXPECT_LT(pacer_.window(), 340u);
}

// As on a machine that is suddenly busy.
TEST_F(PacketPacerTest, LateAnswersAreSoonWaitedFor) {
  for (int i = 0; i < 1000; ++i) pacer_.OnRtt(milliseconds(20));
  EXPECT_EQ(pacer_.patience(), milliseconds(50));
  for (int i = 0; i < 4; ++i) pacer_.OnRtt(milliseconds(400));
  EXPECT_GT(pacer_.patience(), milliseconds(400));
}

TEST_F(PacketPacerTest, WaitsAsLongAsAnswersTake) {
  EXPECT_EQ(pacer_.patience(), seconds(1)) << "nothing is known yet";
  for (int i = 0; i < 1000; ++i) pacer_.OnRtt(milliseconds(100));
  EXPECT_NEAR(static_cast<double>(pacer_.patience().count()), 1e8, 1e6);
  for (int i = 0; i < 1000; ++i) pacer_.OnRtt(milliseconds(i % 2 == 0 ? 20 : 300));
  EXPECT_GT(pacer_.patience(), milliseconds(300));
  for (int i = 0; i < 1000; ++i) pacer_.OnRtt(seconds(3));
  EXPECT_EQ(pacer_.patience(), seconds(1));
  for (int i = 0; i < 1000; ++i) pacer_.OnRtt(std::chrono::microseconds(50));
  EXPECT_EQ(pacer_.patience(), milliseconds(50));
}

// Packets on the way are never more than the buffer holds, nor does the count go astray, whatever
// is answered when, as long as nothing takes longer than it is waited for.
TEST_F(PacketPacerTest, CountsWhatIsInFlight) {
  pacer_.set_rate(20000);
  pacer_.AddReceiveBuffer(500);
  std::vector<ike::TimePoint> under_way;
  for (int step = 0; step < 20000; ++step) {
    Wait(milliseconds(1));
    std::erase_if(under_way, [&](ike::TimePoint sent) {
      if (now_ - sent < milliseconds(step % 40)) return false;
      pacer_.OnAnswered(sent);
      return true;
    });
    ASSERT_EQ(pacer_.in_flight(), under_way.size());
    while (pacer_.MaySend()) {
      pacer_.OnSent(now_, true);
      under_way.push_back(now_);
    }
    ASSERT_LE(under_way.size(), 500u);
  }
}

// The answers have come meanwhile and are read after the pause.
TEST_F(PacketPacerTest, AfterAPauseNothingIsThoughtLost) {
  pacer_.set_rate(1000000);
  pacer_.AddReceiveBuffer(300);
  for (const auto pause : {milliseconds(500), milliseconds(1500), milliseconds(60000)}) {
    Wait(milliseconds(1));
    ASSERT_EQ(Send(), 300u);
    const ike::TimePoint sent = now_;
    Wait(pause);
    for (int i = 0; i < 300; ++i) pacer_.OnAnswered(sent);
    Wait(milliseconds(1));
    EXPECT_EQ(pacer_.in_flight(), 0u);
    EXPECT_EQ(pacer_.window(), 300u) << pause.count();
  }
}

TEST_F(PacketPacerTest, ALongPauseIsNoTrouble) {
  pacer_.set_rate(100000);
  pacer_.AddReceiveBuffer(300);
  SendFor(milliseconds(5));
  Wait(std::chrono::hours(3));
  EXPECT_EQ(pacer_.in_flight(), 0u);
  const size_t sent = SendFor(milliseconds(5));
  EXPECT_GE(sent, 300u);
  EXPECT_EQ(pacer_.in_flight(), sent);
}

TEST_F(PacketPacerTest, WhatIsNotAwaitedIsNotInFlight) {
  pacer_.OnSent(now_, false);
  EXPECT_EQ(pacer_.in_flight(), 0u);
}

TEST_F(PacketPacerTest, DropsHalveWhatMayBeInFlightForAWhile) {
  pacer_.AddReceiveBuffer(1000);
  pacer_.OnDrops(7, now_);
  EXPECT_EQ(pacer_.window(), 500u);
  for (const size_t window : {625u, 750u, 875u, 1000u}) {
    now_ += milliseconds(999);
    pacer_.OnDrops(7, now_);
    EXPECT_EQ(pacer_.window(), window - 125);
    now_ += milliseconds(1);
    pacer_.OnDrops(7, now_);
    EXPECT_EQ(pacer_.window(), window);
  }
  now_ += seconds(1);
  pacer_.OnDrops(7, now_);
  EXPECT_EQ(pacer_.window(), 1000u);
}

// Or a flood from outside would stop the probing.
TEST_F(PacketPacerTest, NotEvenConstantDropsStopIt) {
  pacer_.AddReceiveBuffer(1000);
  for (uint64_t i = 1; i < 100; ++i) pacer_.OnDrops(i, now_);
  EXPECT_EQ(pacer_.window(), 250u);
  pacer_.AddReceiveBuffer(184);
  EXPECT_EQ(pacer_.window(), 64u);
  pacer_.AddReceiveBuffer(20);
  EXPECT_EQ(pacer_.window(), 20u);
}

}  // namespace
}  // namespace exporter
