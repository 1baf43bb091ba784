#include "exporter/transport/handle_table.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

struct Thing {
  uint64_t handle() const { return HandleTable<Thing>::HandleOf(index, generation); }

  uint32_t index = 0;
  uint32_t generation = 0;
};

std::unique_ptr<Thing> New() { return std::make_unique<Thing>(); }

TEST(HandleTable, FindsWhatIsInUseByItsHandleOnly) {
  HandleTable<Thing> table;
  Thing* first = table.Acquire(New);
  Thing* second = table.Acquire(New);
  const uint64_t old = first->handle();
  EXPECT_NE(old, 0u);
  EXPECT_EQ(table.Find(old), first);
  EXPECT_EQ(table.Find(second->handle()), second);
  for (uint64_t never : {uint64_t{0}, uint64_t{1}, old + 100, uint64_t{9} << 32}) {
    EXPECT_EQ(table.Find(never), nullptr) << never;
  }
  table.Release(first);
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_EQ(table.Find(second->handle()), second);
}

TEST(HandleTable, AHandleOfAnEarlierUseFindsNothing) {
  HandleTable<Thing> table;
  Thing* thing = table.Acquire(New);
  const uint64_t old = thing->handle();
  table.Release(thing);
  EXPECT_EQ(table.free_list()->size(), 1u);
  EXPECT_EQ(table.Acquire(New), thing) << "used again, in the same place";
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_EQ(table.Find(thing->handle()), thing);
}

}  // namespace
}  // namespace exporter
