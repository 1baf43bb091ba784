#include "exporter/engine/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const ike::TimePoint kNow{std::chrono::hours(1000) + milliseconds(123)};

TEST(Schedule, TheHashOfANameNeverChanges) {
  // Phases and shards depend on it, over restarts and versions.
  EXPECT_EQ(StableHash("hq"), StableHash("hq"));
  EXPECT_NE(StableHash("hq"), StableHash("hr"));
  EXPECT_EQ(StableHash(""), 0xf52a15e9a9b5e89bu);
}

TEST(Schedule, PhasesAreSpreadEvenly) {
  std::vector<int> per_second(30);
  for (int i = 0; i < 30000; ++i) {
    ike::Duration phase = Phase(StableHash("gateway-" + std::to_string(i)), seconds(30));
    ASSERT_GE(phase, ike::Duration::zero());
    ASSERT_LT(phase, seconds(30));
    ++per_second[static_cast<size_t>(phase / seconds(1))];
  }
  auto [least, most] = std::minmax_element(per_second.begin(), per_second.end());
  EXPECT_GT(*least, 850);
  EXPECT_LT(*most, 1150);
}

TEST(Schedule, NextDueIsTheFirstTimeAfterNowWithThePhase) {
  for (auto phase : {milliseconds(0), milliseconds(50), milliseconds(4999)}) {
    ike::TimePoint due = NextDue(kNow, seconds(5), phase);
    EXPECT_GT(due, kNow);
    EXPECT_LE(due - kNow, seconds(5));
    EXPECT_EQ((due.time_since_epoch() - phase) % seconds(5), ike::Duration::zero());
  }
}

TEST(Schedule, TurnsAlternateAndStayWithTheirDueTimes) {
  ike::Duration phase = milliseconds(4200);
  ike::TimePoint due = NextDue(kNow, seconds(5), phase);
  size_t first = TurnAt(due, seconds(5), phase, 2);
  EXPECT_EQ(TurnAt(due + seconds(5), seconds(5), phase, 2), 1 - first);
  EXPECT_EQ(TurnAt(due + seconds(10), seconds(5), phase, 2), first);
  EXPECT_EQ(TurnAt(NextDue(due, seconds(5), phase), seconds(5), phase, 2), 1 - first);
}

TEST(Schedule, MissedCountsWholeIntervals) {
  EXPECT_EQ(MissedSince(kNow, kNow, seconds(5)), 0u);
  EXPECT_EQ(MissedSince(kNow, kNow + milliseconds(4999), seconds(5)), 0u);
  EXPECT_EQ(MissedSince(kNow, kNow + seconds(60), seconds(5)), 12u);
  EXPECT_EQ(MissedSince(kNow + seconds(1), kNow, seconds(5)), 0u);
}

TEST(Schedule, EveryNameIsInExactlyOneShardAndAddingShardsMovesFew) {
  int moved = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string name = "gateway-" + std::to_string(i);
    int owners = 0;
    uint32_t of_three = 0;
    for (uint32_t shard = 0; shard < 3; ++shard) {
      if (!InShard(name, shard, 3)) continue;
      ++owners;
      of_three = shard;
    }
    ASSERT_EQ(owners, 1) << name;
    if (!InShard(name, of_three, 4)) ++moved;
  }
  EXPECT_NEAR(moved, 750, 120);  // a quarter
}

}  // namespace
}  // namespace exporter
