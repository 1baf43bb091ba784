#include "exporter/transport/ticket_table.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

struct Thing {
  uint64_t ticket() const { return TicketTable<Thing>::TicketOf(index, generation); }

  uint32_t index = 0;
  uint32_t generation = 0;
};

std::unique_ptr<Thing> New() { return std::make_unique<Thing>(); }

TEST(TicketTable, FindsWhatIsInUseByItsTicketOnly) {
  TicketTable<Thing> table;
  Thing* first = table.Acquire(New);
  Thing* second = table.Acquire(New);
  const uint64_t old = first->ticket();
  EXPECT_NE(old, 0u);
  EXPECT_EQ(table.Find(old), first);
  EXPECT_EQ(table.Find(second->ticket()), second);
  for (uint64_t never : {uint64_t{0}, uint64_t{1}, old + 100, uint64_t{9} << 32}) {
    EXPECT_EQ(table.Find(never), nullptr) << never;
  }
  table.Release(first);
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_EQ(table.Find(second->ticket()), second);
}

TEST(TicketTable, ATicketOfAnEarlierUseFindsNothing) {
  TicketTable<Thing> table;
  Thing* thing = table.Acquire(New);
  const uint64_t old = thing->ticket();
  table.Release(thing);
  EXPECT_EQ(table.spares()->size(), 1u);
  EXPECT_EQ(table.Acquire(New), thing) << "used again, in the same place";
  EXPECT_EQ(table.Find(old), nullptr);
  EXPECT_EQ(table.Find(thing->ticket()), thing);
}

}  // namespace
}  // namespace exporter
