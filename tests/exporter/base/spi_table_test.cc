#include "exporter/base/spi_table.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace exporter {
namespace {

TEST(SpiTable, AgreesWithAMapThroughAMillionChanges) {
  SpiTable<int> table;
  std::unordered_map<uint64_t, int*> reference;
  std::vector<uint64_t> spis;
  std::mt19937_64 random(7);
  int value = 0;
  for (int step = 0; step < 1000000; ++step) {
    // Few distinct low bits, so that runs collide and wrap.
    uint64_t spi = (random() << 20 | random() % 700) + 1;
    if (spis.size() < 3000 && random() % 2 == 0) {
      if (!reference.emplace(spi, &value).second) continue;
      table.Insert(spi, &value);
      spis.push_back(spi);
    } else if (!spis.empty()) {
      size_t pick = random() % spis.size();
      table.Erase(spis[pick]);
      reference.erase(spis[pick]);
      spis[pick] = spis.back();
      spis.pop_back();
    }
    ASSERT_EQ(table.size(), reference.size());
    ASSERT_EQ(table.Find(spi) != nullptr, reference.contains(spi));
  }
  for (const auto& [spi, pointer] : reference) EXPECT_EQ(table.Find(spi), pointer);
}

TEST(SpiTable, ErasingWhatIsNotThereChangesNothing) {
  SpiTable<int> table;
  int value = 0;
  table.Insert(5, &value);
  table.Erase(6);
  EXPECT_EQ(table.Find(5), &value);
  EXPECT_EQ(table.size(), 1u);
}

}  // namespace
}  // namespace exporter
