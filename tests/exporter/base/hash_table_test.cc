#include "exporter/base/hash_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace exporter {
namespace {

struct Entry {
  uint64_t key = 0;
  int value = 0;
};
bool KeepAll(const Entry&) { return true; }

TEST(HashTable, AgreesWithAMapThroughManyChanges) {
  HashTable<Entry> table;
  std::map<uint64_t, int> reference;
  std::mt19937_64 random(7);
  for (int step = 0; step < 200'000; ++step) {
    const uint64_t key = random() % 4 + (random() % 300 << 20) + 1;  // runs collide and wrap
    if (random() % 2 == 0) {
      table.FindOrMake(key, KeepAll).value = reference[key] = step;
    } else {
      table.Erase(key);
      reference.erase(key);
    }
    ASSERT_EQ(table.size(), reference.size());
    const Entry* found = table.Find(key);
    ASSERT_EQ(found != nullptr, reference.contains(key));
  }
  for (const auto& [key, value] : reference) EXPECT_EQ(table.Find(key)->value, value);
}

TEST(HashTable, WhenItIsFullItDropsWhatIsNotKept) {
  HashTable<Entry> table;
  const auto odd = [](const Entry& entry) { return entry.value % 2 == 1; };
  for (int i = 0; i < 48; ++i) table.FindOrMake(1 + i * 7919, odd).value = i;
  EXPECT_EQ(table.size(), 48u);
  table.FindOrMake(1'000'003, odd).value = 1;
  EXPECT_EQ(table.size(), 25u);
  EXPECT_EQ(table.Find(1), nullptr);
  EXPECT_EQ(table.Find(1 + 47 * 7919)->value, 47);
  EXPECT_EQ(table.places().size(), 64u);
}

TEST(HashTable, GrowsAndShrinks) {
  HashTable<Entry> table;
  for (uint64_t key = 1; key <= 10'000; ++key) table.FindOrMake(key, KeepAll);
  EXPECT_EQ(table.size(), 10'000u);
  EXPECT_LE(table.size() * 4, table.places().size() * 3);
  table.Rebuild([](const Entry& entry) { return entry.key == 5; });
  EXPECT_EQ(table.places().size(), 64u);
  EXPECT_NE(table.Find(5), nullptr);
}

}  // namespace
}  // namespace exporter
