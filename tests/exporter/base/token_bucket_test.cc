#include "exporter/base/token_bucket.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using std::chrono::seconds;

constexpr ike::TimePoint kNow{seconds(1000)};

TEST(TokenBucket, GivesABurstAndThenTheRate) {
  TokenBucket bucket(3, kNow);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take());
  EXPECT_FALSE(bucket.Take());
  EXPECT_DOUBLE_EQ(bucket.missing(), 1);
  bucket.Refill(0.5, 3, kNow + seconds(1));
  EXPECT_FALSE(bucket.has_token());
  bucket.Refill(0.5, 3, kNow + seconds(2));
  EXPECT_TRUE(bucket.Take());
  bucket.Refill(0.5, 3, kNow + seconds(3600));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take());
  EXPECT_FALSE(bucket.Take()) << "no more than the burst";
}

TEST(TokenBucket, ADebtIsPaidFirst) {
  TokenBucket bucket(1, kNow);
  for (int i = 0; i < 3; ++i) bucket.Spend();
  bucket.Refill(1, 10, kNow + seconds(2));
  EXPECT_FALSE(bucket.has_token());
  bucket.Refill(1, 10, kNow + seconds(3));
  EXPECT_TRUE(bucket.has_token());
}

TEST(TokenBucket, AClockThatGoesBackAddsNothing) {
  TokenBucket bucket(0, kNow);
  bucket.Refill(1, 10, kNow - seconds(5));
  EXPECT_FALSE(bucket.has_token());
}

}  // namespace
}  // namespace exporter
