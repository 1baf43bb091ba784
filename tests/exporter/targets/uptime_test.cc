#include "exporter/targets/uptime.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr double kStart = 20000 * kDay;  // a midnight

TEST(UptimeTest, NothingIsKnownAtFirst) {
  EXPECT_EQ(Uptime().LastDay(kStart).known, 0);
  EXPECT_EQ(Uptime().LastWeek(kStart).known, 0);
}

TEST(UptimeTest, CountsTheDayAndTheWeek) {
  Uptime uptime;
  for (int day = 0; day < 10; ++day) {
    const double from = kStart + day * kDay;
    uptime.Add(from, from + kDay - 864, true);
    uptime.Add(from + kDay - 864, from + kDay, false);
  }
  const double now = kStart + 10 * kDay - 1;
  const Uptime::Share day = uptime.LastDay(now);
  EXPECT_DOUBLE_EQ(day.known, kDay);
  EXPECT_DOUBLE_EQ(day.down, 864);
  const Uptime::Share week = uptime.LastWeek(now);
  EXPECT_DOUBLE_EQ(week.known, 7 * kDay);
  EXPECT_DOUBLE_EQ(week.down, 7 * 864);
}

TEST(UptimeTest, AShortOutageIsNotRoundedAway) {
  Uptime uptime;
  uptime.Add(kStart, kStart + 1800, true);
  uptime.Add(kStart + 1800, kStart + 1800.25, false);
  uptime.Add(kStart + 1800.25, kStart + 2 * kHour, true);
  EXPECT_GT(uptime.LastDay(kStart + 2 * kHour).down, 0);
  EXPECT_GT(uptime.LastWeek(kStart + 2 * kHour).down, 0);
}

TEST(UptimeTest, WhatNobodyWatchedIsUnknown) {
  Uptime uptime;
  uptime.Add(kStart, kStart + kHour, false);
  uptime.Add(kStart + 5 * kHour, kStart + 6 * kHour, true);
  const Uptime::Share day = uptime.LastDay(kStart + 6 * kHour);
  EXPECT_DOUBLE_EQ(day.known, 2 * kHour);
  EXPECT_DOUBLE_EQ(day.down, kHour);
}

TEST(UptimeTest, OldTimeLeavesTheDayAndThenTheWeek) {
  Uptime uptime;
  uptime.Add(kStart, kStart + kHour, false);
  EXPECT_EQ(uptime.LastDay(kStart + 23.5 * kHour).known, kHour);
  EXPECT_EQ(uptime.LastDay(kStart + 24.5 * kHour).known, 0);
  EXPECT_EQ(uptime.LastWeek(kStart + 6.5 * kDay).known, kHour);
  EXPECT_EQ(uptime.LastWeek(kStart + 7.5 * kDay).known, 0);
  EXPECT_EQ(uptime.LastWeek(kStart + 4000 * kDay).known, 0);
}

TEST(UptimeTest, AClockPutRightBySecondsLosesNothing) {
  Uptime uptime;
  uptime.Add(kStart, kStart + kHour + 1, false);
  uptime.Add(kStart + kHour - 2, kStart + kHour + 5, true);
  EXPECT_NEAR(uptime.LastDay(kStart + kHour + 5).down, kHour + 1, 1);
}

TEST(UptimeTest, AClockSetBackByDaysBeginsAnew) {
  Uptime uptime;
  uptime.Add(kStart, kStart + kHour, false);
  uptime.Add(kStart - 3 * kDay, kStart - 3 * kDay + 60, true);
  EXPECT_EQ(uptime.LastWeek(kStart - 3 * kDay + 60).known, 60);
}

TEST(UptimeTest, ItsPartsAreAllOfIt) {
  Uptime uptime;
  uptime.Add(kStart, kStart + 1.5 * kHour, false);
  Uptime other;
  other.Restore(uptime.parts());
  EXPECT_EQ(other.LastDay(kStart + 2 * kHour).down, 1.5 * kHour);
}

}  // namespace
}  // namespace exporter
