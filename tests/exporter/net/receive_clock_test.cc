#include "exporter/net/receive_clock.h"

#include <gtest/gtest.h>

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

constexpr ike::TimePoint kSteady{1000s};
constexpr ike::Duration kWall = 1700000000s;

// A reading `later` after the first, by a wall clock that was set forward by `set`.
ClockReading Reading(ike::Duration later, ike::Duration set = 0ns, ike::Duration width = 50ns) {
  return {kSteady + later - width / 2, kWall + later + set, kSteady + later + width / 2};
}

TEST(ReceiveClock, ConvertsStamps) {
  ReceiveClock clock;
  clock.Update(Reading(1s));
  EXPECT_EQ(clock.Arrival(kWall + 1s - 3ms), kSteady + 1s - 3ms);
}

TEST(ReceiveClock, ArrivalIsNeverInTheFuture) {
  ReceiveClock clock;
  clock.Update(Reading(1s));
  EXPECT_EQ(clock.Arrival(kWall + 2s), Reading(1s).after);
}

TEST(ReceiveClock, WithoutStampItIsNow) {
  ReceiveClock clock;
  clock.Update(Reading(1s));
  EXPECT_EQ(clock.Arrival(std::nullopt), Reading(1s).after);
}

TEST(ReceiveClock, SlewingIsNoJump) {
  ReceiveClock clock;
  for (int i = 0; i < 100; ++i) {
    clock.Update(Reading(i * 1s, i * 500us));
    EXPECT_EQ(clock.Arrival(kWall + i * 1s + i * 500us - 3ms), kSteady + i * 1s - 3ms);
  }
}

TEST(ReceiveClock, AReadingThatWasInterruptedIsNoJump) {
  ReceiveClock clock;
  clock.Update(Reading(1s));
  clock.Update(Reading(2s, 4ms, 20ms));
  EXPECT_LT(clock.Arrival(kWall + 2s), Reading(2s, 4ms, 20ms).after);
}

TEST(ReceiveClock, JumpsDoNotFalsifyWhatWasStampedBefore) {
  for (const ike::Duration set : {ike::Duration(1h), ike::Duration(-1h), ike::Duration(20ms)}) {
    ReceiveClock clock;
    clock.Update(Reading(1s));
    clock.Drained();
    clock.Update(Reading(1s + 2ms, set));
    EXPECT_EQ(clock.Arrival(kWall + 1s + 1ms), Reading(1s + 2ms).after);
    // The next batch, too, was in the socket when the clock was set.
    clock.Update(Reading(1s + 3ms, set));
    EXPECT_EQ(clock.Arrival(kWall + 1s + 1ms), Reading(1s + 3ms).after);
    clock.Drained();
    clock.Update(Reading(2s, set));
    EXPECT_EQ(clock.Arrival(kWall + 2s + set - 1ms), kSteady + 2s - 1ms);
  }
}

TEST(ReceiveClock, ReadsBothClocksTogether) {
  const ClockReading reading = ReadClocks();
  EXPECT_LE(reading.before, reading.after);
  EXPECT_GT(reading.wall, kWall);
}

}  // namespace
}  // namespace exporter::net
