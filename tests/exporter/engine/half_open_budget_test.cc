#include "exporter/engine/half_open_budget.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using Asker = HalfOpenBudget::Asker;
using std::chrono::milliseconds;
using std::chrono::seconds;

const ike::IpAddress kGateway = ike::IpAddress::V4(192, 0, 2, 1);
const ike::IpAddress kOther = ike::IpAddress::V4(192, 0, 2, 2);
const ike::TimePoint kStart{std::chrono::hours(100)};

TEST(HalfOpenBudget, OnRequestMayUseEverySlotOfAnAddressThatIsNotScheduled) {
  HalfOpenBudget budget;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.TryTake(kGateway, 3, Asker::kOnRequest, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Asker::kOnRequest, kStart));
}

TEST(HalfOpenBudget, WhereLivenessIsScheduledTheLastSlotStaysFree) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Asker::kScheduled, kStart));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Asker::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Asker::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Asker::kOnRequest, kStart));
}

TEST(HalfOpenBudget, ABudgetOfOneAllowsOne) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Asker::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 1, Asker::kScheduled, kStart));
}

TEST(HalfOpenBudget, NeverMoreThanTheLimitInAnyThirtySeconds) {
  HalfOpenBudget budget;
  std::vector<ike::TimePoint> taken;
  for (ike::TimePoint now = kStart; now < kStart + seconds(300); now += milliseconds(100)) {
    if (budget.TryTake(kGateway, 3, Asker::kOnRequest, now)) taken.push_back(now);
  }
  ASSERT_GT(taken.size(), 20u);
  for (size_t i = 3; i < taken.size(); ++i) EXPECT_GE(taken[i] - taken[i - 3], seconds(30));
}

TEST(HalfOpenBudget, AddressesDoNotShareSlots) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Asker::kOnRequest, kStart));
  EXPECT_TRUE(budget.TryTake(kOther, 1, Asker::kOnRequest, kStart));
}

TEST(HalfOpenBudget, ASlotGivenBackIsFree) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 1, Asker::kOnRequest, kStart));
  budget.GiveBack(kGateway, kStart);
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Asker::kOnRequest, kStart + seconds(1)));
}

TEST(HalfOpenBudget, AForcedSlotCountsBeyondTheLimit) {
  HalfOpenBudget budget;
  budget.ForceTake(kGateway, kStart);
  budget.ForceTake(kGateway, kStart + seconds(1));
  EXPECT_EQ(budget.NextFree(kGateway, 1, Asker::kOnRequest, kStart + seconds(2)),
            kStart + seconds(1) + HalfOpenBudget::kLifetime);
}

TEST(HalfOpenBudget, NextFreeIsWhenTryTakeSucceeds) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 1, Asker::kOnRequest, kStart));
  ike::TimePoint free = budget.NextFree(kGateway, 1, Asker::kOnRequest, kStart);
  EXPECT_FALSE(budget.TryTake(kGateway, 1, Asker::kOnRequest, free - milliseconds(1)));
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Asker::kOnRequest, free));
}

TEST(HalfOpenBudget, WaitersAreSeenUntilTheyLeave) {
  HalfOpenBudget budget;
  EXPECT_FALSE(budget.Contended(kGateway));
  budget.AddWaiter(kGateway);
  EXPECT_TRUE(budget.Contended(kGateway));
  budget.RemoveWaiter(kGateway);
  EXPECT_FALSE(budget.Contended(kGateway));
}

}  // namespace
}  // namespace exporter
