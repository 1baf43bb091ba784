#include "exporter/http/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace exporter {
namespace {

TEST(ThreadPool, HasAThreadForEachJob) {
  ThreadPool pool;
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> begun{0};
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(pool.Run([&] {
      ++begun;
      opened.wait();
    }));
  }
  while (begun < 20) std::this_thread::yield();
  EXPECT_FALSE(pool.starved());
  gate.set_value();
  pool.Stop();
  EXPECT_FALSE(pool.Run([] {}));
}

TEST(ThreadPool, DoesAllJobsBeforeItStops) {
  std::atomic<int> done{0};
  {
    ThreadPool pool;
    for (int i = 0; i < 100; ++i) pool.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace exporter
