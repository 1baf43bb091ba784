#include "exporter/state/state_saver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace exporter {
namespace {

using Result = tl::expected<void, std::string>;

TEST(StateSaverTest, WritesNothingUnlessMarked) {
  int writes = 0;
  StateSaver saver("audits", [&writes]() -> Result {
    ++writes;
    return {};
  });
  saver.Stop();
  saver.Stop();
  EXPECT_EQ(writes, 0);
}

TEST(StateSaverTest, WritesOnceForManyMarksAndOnceAtTheEnd) {
  std::atomic<int> writes = 0;
  std::promise<void> first;
  StateSaver saver(
      "audits",
      [&]() -> Result {
        if (++writes == 1) first.set_value();
        return {};
      },
      std::chrono::hours(1));
  saver.MarkDirty();
  first.get_future().wait();
  for (int i = 0; i < 100; ++i) saver.MarkDirty();
  EXPECT_EQ(writes, 1);
  saver.Stop();
  EXPECT_EQ(writes, 2);
}

TEST(StateSaverTest, TriesAgainAfterAFailure) {
  std::atomic<int> writes = 0;
  std::promise<void> second;
  StateSaver saver(
      "audits",
      [&]() -> Result {
        if (++writes == 1) return tl::make_unexpected("no space left on device");
        if (writes == 2) second.set_value();
        return {};
      },
      std::chrono::milliseconds(1));
  saver.MarkDirty();
  second.get_future().wait();
  saver.Stop();
  EXPECT_EQ(writes, 2);
}

TEST(StateSaverTest, MarkingNeverWaitsForAWrite) {
  std::promise<void> started;
  std::promise<void> release;
  auto released = release.get_future().share();
  std::atomic<int> writes = 0;
  StateSaver saver("audits", [&]() -> Result {
    if (++writes == 1) started.set_value();
    released.wait();
    return {};
  });
  saver.MarkDirty();
  started.get_future().wait();
  saver.MarkDirty();  // would hang here
  release.set_value();
  saver.Stop();
  EXPECT_EQ(writes, 2);
}

}  // namespace
}  // namespace exporter
