#include "exporter/base/free_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/base/object_pool.h"

namespace exporter {
namespace {

// Takes `count` at once, from the heap where none is left, and puts them back.
void Use(FreeList<int>* free_list, size_t count) {
  std::vector<std::unique_ptr<int>> taken;
  for (size_t i = 0; i < count; ++i) {
    std::unique_ptr<int> object = free_list->Take();
    taken.push_back(object ? std::move(object) : std::make_unique<int>());
  }
  for (auto& object : taken) free_list->Put(std::move(object));
}

TEST(FreeList, TheLatestIsTakenFirst) {
  FreeList<int> free_list;
  EXPECT_EQ(free_list.Take(), nullptr);
  free_list.Put(std::make_unique<int>(1));
  free_list.Put(std::make_unique<int>(2));
  EXPECT_EQ(*free_list.Take(), 2);
  EXPECT_EQ(*free_list.Take(), 1);
}

TEST(FreeList, WhatAPeriodDidNotNeedIsGivenBackAfterIt) {
  FreeList<int> free_list;
  Use(&free_list, 1000);
  free_list.BeginPeriod();
  Use(&free_list, 100);
  EXPECT_EQ(free_list.Trim(5000), 0u) << "the period of the burst needed them all";
  free_list.BeginPeriod();
  Use(&free_list, 100);
  EXPECT_EQ(free_list.Trim(600), 600u);
  EXPECT_EQ(free_list.Trim(600), 300u);
  EXPECT_EQ(free_list.size(), 100u);
  free_list.BeginPeriod();
  EXPECT_EQ(free_list.Trim(600), 0u) << "the hundred were needed before the others went";
}

TEST(FreeList, NoMoreIsGivenBackThanIsThere) {
  FreeList<int> free_list;
  Use(&free_list, 10);
  free_list.BeginPeriod();
  free_list.BeginPeriod();
  std::vector<std::unique_ptr<int>> taken;
  for (int i = 0; i < 8; ++i) taken.push_back(free_list.Take());
  EXPECT_EQ(free_list.Trim(100), 2u);
  EXPECT_EQ(free_list.Take(), nullptr);
}

TEST(ObjectPool, UsesASlotAgainAndGivesItBack) {
  ObjectPool<std::string> pool;
  std::string* first = pool.Make(100, 'a');
  EXPECT_EQ(*first, std::string(100, 'a'));
  pool.Destroy(first);
  std::string* second = pool.Make("b");
  EXPECT_EQ(second, first);
  pool.Destroy(second);
  pool.BeginPeriod();
  pool.BeginPeriod();
  EXPECT_EQ(pool.Trim(10), 1u);
}

}  // namespace
}  // namespace exporter
