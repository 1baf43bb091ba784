#include "exporter/limits/half_open_budget.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using Requester = HalfOpenBudget::Requester;
using std::chrono::milliseconds;
using std::chrono::seconds;

const ike::IpAddress kGateway = ike::IpAddress::V4(192, 0, 2, 1);
const ike::IpAddress kOther = ike::IpAddress::V4(192, 0, 2, 2);
const ike::TimePoint kStart{std::chrono::hours(100)};

TEST(HalfOpenBudget, OnRequestMayUseEverySlotOfAnAddressThatIsNotScheduled) {
  HalfOpenBudget budget;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
}

TEST(HalfOpenBudget, WhereLivenessIsScheduledTheLastSlotStaysFree) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kScheduled, kStart));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
}

TEST(HalfOpenBudget, ABudgetOfOneAllowsOne) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Requester::kScheduled, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 1, Requester::kScheduled, kStart));
}

TEST(HalfOpenBudget, NeverMoreThanTheLimitInAnyThirtySeconds) {
  HalfOpenBudget budget;
  std::vector<ike::TimePoint> taken;
  for (ike::TimePoint now = kStart; now < kStart + seconds(300); now += milliseconds(100)) {
    if (budget.TryTake(kGateway, 3, Requester::kOnRequest, now)) taken.push_back(now);
  }
  ASSERT_GT(taken.size(), 20u);
  for (size_t i = 3; i < taken.size(); ++i) EXPECT_GE(taken[i] - taken[i - 3], seconds(30));
}

TEST(HalfOpenBudget, AddressesDoNotShareSlots) {
  HalfOpenBudget budget;
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, kStart));
  EXPECT_TRUE(budget.TryTake(kOther, 1, Requester::kOnRequest, kStart));
}

TEST(HalfOpenBudget, ASlotGivenBackIsFree) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, kStart));
  budget.Release(kGateway, Requester::kOnRequest, kStart);
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, kStart + seconds(1)));
}

TEST(HalfOpenBudget, AForcedSlotCountsBeyondTheLimit) {
  HalfOpenBudget budget;
  budget.ForceTake(kGateway, kStart);
  budget.ForceTake(kGateway, kStart + seconds(1));
  EXPECT_EQ(budget.NextFree(kGateway, 1, Requester::kOnRequest, kStart + seconds(2)),
            kStart + seconds(1) + HalfOpenBudget::kLifetime);
}

TEST(HalfOpenBudget, AProlongedSlotIsTakenUntilItsEnd) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 2, Requester::kOnRequest, kStart));
  const ike::TimePoint end = kStart + seconds(210);
  budget.Prolong(kGateway, kStart + milliseconds(20), end);
  EXPECT_EQ(budget.NextFree(kGateway, 1, Requester::kOnRequest, kStart + seconds(60)), end);
  ASSERT_TRUE(budget.TryTake(kGateway, 2, Requester::kOnRequest, kStart + seconds(60)))
      << "it is no second one";
  EXPECT_EQ(budget.NextFree(kGateway, 2, Requester::kOnRequest, kStart + seconds(61)),
            kStart + seconds(60) + HalfOpenBudget::kLifetime)
      << "younger ones may be free before it";
  EXPECT_FALSE(budget.TryTake(kGateway, 1, Requester::kOnRequest, end - milliseconds(1)));
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, end));
}

TEST(HalfOpenBudget, AProlongedSlotIsFreeOnceItIsReleased) {
  HalfOpenBudget budget;
  for (int i = 0; i < 3; ++i) {
    const ike::TimePoint now = kStart + seconds(i);
    ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, now));
    budget.Prolong(kGateway, now, now + seconds(70));
  }
  const ike::TimePoint later = kStart + seconds(40);
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, later));
  budget.Release(kGateway, kStart + seconds(71));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, later));
  budget.Release(kGateway, kStart + seconds(71));  // gone already
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, later));
  EXPECT_EQ(budget.NextFree(kGateway, 3, Requester::kOnRequest, later), kStart + seconds(70));
}

TEST(HalfOpenBudget, NextFreeIsWhenTryTakeSucceeds) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, kStart));
  ike::TimePoint free = budget.NextFree(kGateway, 1, Requester::kOnRequest, kStart);
  EXPECT_FALSE(budget.TryTake(kGateway, 1, Requester::kOnRequest, free - milliseconds(1)));
  EXPECT_TRUE(budget.TryTake(kGateway, 1, Requester::kOnRequest, free));
}

TEST(HalfOpenBudget, WaitersAreSeenUntilTheyLeave) {
  HalfOpenBudget budget;
  const auto contended = [&] {
    return budget.StandingOf(kGateway, 3, Requester::kScheduled, kStart).contended;
  };
  EXPECT_FALSE(contended());
  budget.AddWaiter(kGateway, Requester::kAudit);
  EXPECT_TRUE(contended());
  budget.RemoveWaiter(kGateway, Requester::kAudit);
  EXPECT_FALSE(contended());
}

// Many addresses, slots taken, given back and forgotten: each keeps to its own limit.
TEST(HalfOpenBudget, OthersLeaveSlotsToProbesThatClaimThem) {
  HalfOpenBudget budget;
  const int one = 0;
  const int other = 0;
  budget.Claim(kGateway, &one, kStart);
  budget.Claim(kGateway, &other, kStart);
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kAudit, kStart));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_GT(budget.NextFree(kGateway, 3, Requester::kAudit, kStart), kStart);
  EXPECT_TRUE(budget.TryTake(kOther, 3, Requester::kAudit, kStart));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kScheduled, kStart));
  budget.Withdraw(kGateway, &one);
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kAudit, kStart));
  budget.Withdraw(kGateway, &other);
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kAudit, kStart));
}

TEST(HalfOpenBudget, AClaimEndsUnlessItIsRenewed) {
  HalfOpenBudget budget;
  const int who = 0;
  budget.Claim(kGateway, &who, kStart);
  budget.Claim(kGateway, &who, kStart + seconds(60));
  const ike::TimePoint end = kStart + seconds(60) + LivenessReservations::kLifetime;
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kAudit, end - milliseconds(1)));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kAudit, end));
}

TEST(HalfOpenBudget, AnAuditAndRequestsTakeTurns) {
  HalfOpenBudget budget;
  ike::TimePoint now = kStart;
  std::string order;
  budget.AddWaiter(kGateway, Requester::kAudit);
  for (; order.size() < 12; now += milliseconds(500)) {
    budget.StandingOf(kGateway, 3, Requester::kOnRequest, now);
    if (budget.TryTake(kGateway, 3, Requester::kOnRequest, now)) order += 'r';
    if (budget.TryTake(kGateway, 3, Requester::kAudit, now)) order += 'a';
  }
  EXPECT_EQ(order, "rararararara");
}

TEST(HalfOpenBudget, ARequestGoesBeforeAnAuditsNextQuestion) {
  HalfOpenBudget budget;
  budget.AddWaiter(kGateway, Requester::kAudit);
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
}

TEST(HalfOpenBudget, ASlotIsKeptForARequestOnlyWhileOneMayComeAgain) {
  HalfOpenBudget budget;
  budget.AddWaiter(kGateway, Requester::kAudit);
  ASSERT_TRUE(budget.TryTake(kGateway, 2, Requester::kAudit, kStart));
  const ike::TimePoint turned_away = kStart + HalfOpenBudget::kLifetime - seconds(1);
  ASSERT_GT(budget.NextFree(kGateway, 2, Requester::kOnRequest, turned_away), turned_away);
  const ike::TimePoint free = kStart + HalfOpenBudget::kLifetime;
  EXPECT_FALSE(budget.TryTake(kGateway, 2, Requester::kAudit, free));
  EXPECT_GT(budget.NextFree(kGateway, 2, Requester::kAudit, free), free);
  EXPECT_EQ(budget.NextFree(kGateway, 2, Requester::kOnRequest, free), free);
  EXPECT_TRUE(budget.TryTake(kGateway, 2, Requester::kAudit, turned_away + AuditShare::kKept));
}

TEST(HalfOpenBudget, WhatAnAuditGivesBackDoesNotCountAsItsTurn) {
  HalfOpenBudget budget;
  budget.AddWaiter(kGateway, Requester::kAudit);
  ASSERT_TRUE(budget.TryTake(kGateway, 2, Requester::kAudit, kStart));
  budget.NextFree(kGateway, 2, Requester::kOnRequest, kStart);  // it goes away
  budget.Release(kGateway, Requester::kAudit, kStart);
  EXPECT_TRUE(budget.TryTake(kGateway, 2, Requester::kAudit, kStart + seconds(1)));
}

// A daemon that demands cookies while one half-open SA of ours is there.
TEST(HalfOpenBudget, LearnsThatAnAddressAllowsLess) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_EQ(budget.Learn({kGateway, 3, true}, false, kStart), 1);
  EXPECT_FALSE(budget.Learn({kGateway, 3, true}, false, kStart)) << "it is no news";
  const ike::TimePoint later = kStart + HalfOpenBudget::kLifetime;
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, later));
  EXPECT_FALSE(budget.TryTake(kGateway, 3, Requester::kOnRequest, later));
  const ike::TimePoint forgotten = kStart + LearntLimits::kLifetime;
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, forgotten));
  EXPECT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, forgotten));
}

TEST(HalfOpenBudget, CookiesThatAreDemandedOfAllTeachNothing) {
  HalfOpenBudget budget;
  ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_FALSE(budget.Learn({kGateway, 3, true}, false, kStart));
  ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_FALSE(budget.Learn({kGateway, 3, true}, false, kStart));
  ASSERT_TRUE(budget.TryTake(kGateway, 3, Requester::kOnRequest, kStart));
  EXPECT_EQ(budget.Learn({kGateway, 3, true}, true, kStart), 2) << "but silence after one does";
}

TEST(HalfOpenBudget, CookiesBeyondTheBudgetTeachNothing) {
  HalfOpenBudget budget;
  for (int i = 0; i < 3; ++i) budget.ForceTake(kGateway, kStart);
  EXPECT_FALSE(budget.Learn({kGateway, 3, false}, false, kStart));
}

TEST(HalfOpenBudget, ManyAddressesKeepTheirOwnAccounts) {
  HalfOpenBudget budget;
  const auto address = [](int i) {
    return ike::IpAddress::V4(10, 0, static_cast<uint8_t>(i / 256), static_cast<uint8_t>(i % 256));
  };
  for (ike::TimePoint now = kStart; now < kStart + std::chrono::hours(1); now += seconds(700)) {
    for (int i = 0; i < 5000; ++i) {
      ASSERT_TRUE(budget.TryTake(address(i), 2, Requester::kOnRequest, now));
      ASSERT_TRUE(budget.TryTake(address(i), 2, Requester::kOnRequest, now + seconds(1)));
      ASSERT_FALSE(budget.TryTake(address(i), 2, Requester::kOnRequest, now + seconds(2)));
      if (i % 2 == 0) budget.Release(address(i), Requester::kOnRequest, now);
    }
    for (int i = 0; i < 5000; ++i) {
      const auto free = budget.NextFree(address(i), 2, Requester::kOnRequest, now + seconds(3));
      ASSERT_EQ(free, i % 2 == 0 ? now + seconds(3) : now + HalfOpenBudget::kLifetime);
    }
  }
}

}  // namespace
}  // namespace exporter
