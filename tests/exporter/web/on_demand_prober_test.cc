#include "exporter/web/on_demand_prober.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(ProbePlaces, KeepTheLastEighthForWhoeverHasFew) {
  ProbePlaces places;
  constexpr uint32_t kLimit = 64;
  uint32_t taken = 0;
  while (places.Take("greedy", kLimit)) ++taken;
  EXPECT_EQ(taken, 56u);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(places.Take("other", kLimit)) << i;
  EXPECT_FALSE(places.Take("third", kLimit)) << "not one more in all";
  places.Leave("greedy");
  EXPECT_FALSE(places.Take("greedy", kLimit));
  EXPECT_TRUE(places.Take("third", kLimit));
}

TEST(ProbePlaces, AreNoMoreThanThereAreThreads) {
  ProbePlaces places;
  uint32_t taken = 0;
  while (taken < kProbeThreads && places.Take("greedy", 1000)) ++taken;
  EXPECT_EQ(taken, 112u);
  while (taken < 2 * kProbeThreads && places.Take("other", 1000)) ++taken;
  EXPECT_EQ(taken, 128u);
}

TEST(ProbePlaces, AreAllForOneWhereTheyAreFew) {
  ProbePlaces places;
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(places.Take("one", 7));
  EXPECT_FALSE(places.Take("one", 7));
}

}  // namespace
}  // namespace exporter
