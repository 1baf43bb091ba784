#include "exporter/base/spares.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/base/slot_pool.h"

namespace exporter {
namespace {

// Takes `count` at once, from the heap where none is left, and puts them back.
void Use(Spares<int>* spares, size_t count) {
  std::vector<std::unique_ptr<int>> taken;
  for (size_t i = 0; i < count; ++i) {
    std::unique_ptr<int> object = spares->Take();
    taken.push_back(object ? std::move(object) : std::make_unique<int>());
  }
  for (auto& object : taken) spares->Put(std::move(object));
}

TEST(Spares, TheLatestIsTakenFirst) {
  Spares<int> spares;
  EXPECT_EQ(spares.Take(), nullptr);
  spares.Put(std::make_unique<int>(1));
  spares.Put(std::make_unique<int>(2));
  EXPECT_EQ(*spares.Take(), 2);
  EXPECT_EQ(*spares.Take(), 1);
}

TEST(Spares, WhatAPeriodDidNotNeedIsGivenBackAfterIt) {
  Spares<int> spares;
  Use(&spares, 1000);
  spares.BeginPeriod();
  Use(&spares, 100);
  EXPECT_EQ(spares.GiveBack(5000), 0u) << "the period of the burst needed them all";
  spares.BeginPeriod();
  Use(&spares, 100);
  EXPECT_EQ(spares.GiveBack(600), 600u);
  EXPECT_EQ(spares.GiveBack(600), 300u);
  EXPECT_EQ(spares.size(), 100u);
  spares.BeginPeriod();
  EXPECT_EQ(spares.GiveBack(600), 0u) << "the hundred were needed before the others went";
}

TEST(Spares, NoMoreIsGivenBackThanIsThere) {
  Spares<int> spares;
  Use(&spares, 10);
  spares.BeginPeriod();
  spares.BeginPeriod();
  std::vector<std::unique_ptr<int>> taken;
  for (int i = 0; i < 8; ++i) taken.push_back(spares.Take());
  EXPECT_EQ(spares.GiveBack(100), 2u);
  EXPECT_EQ(spares.Take(), nullptr);
}

TEST(SlotPool, UsesASlotAgainAndGivesItBack) {
  SlotPool<std::string> pool;
  std::string* first = pool.Make(100, 'a');
  EXPECT_EQ(*first, std::string(100, 'a'));
  pool.Destroy(first);
  std::string* second = pool.Make("b");
  EXPECT_EQ(second, first);
  pool.Destroy(second);
  pool.BeginPeriod();
  pool.BeginPeriod();
  EXPECT_EQ(pool.GiveBack(10), 1u);
}

}  // namespace
}  // namespace exporter
