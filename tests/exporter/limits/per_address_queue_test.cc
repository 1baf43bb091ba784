#include "exporter/limits/per_address_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "config/host.h"

namespace exporter {
namespace {

constexpr ike::TimePoint kNow{std::chrono::hours(1)};
const ike::IpAddress kHere = *config::ParseIpAddress("192.0.2.1");
const ike::IpAddress kThere = *config::ParseIpAddress("192.0.2.2");

TEST(PerAddressQueue, LetsOneThroughToEachAddress) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 3> nodes;
  EXPECT_TRUE(queue.Enter(&nodes[0], kHere, 0, kNow));
  EXPECT_TRUE(queue.Enter(&nodes[1], kThere, 1, kNow));
  EXPECT_FALSE(queue.Enter(&nodes[2], kHere, 2, kNow));
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, nullptr);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, &nodes[2]);
  EXPECT_EQ(queue.Leave(&nodes[2], kNow).node, nullptr);
  EXPECT_TRUE(queue.Enter(&nodes[0], kHere, 0, kNow));
}

TEST(PerAddressQueue, KeepsTheOrder) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 4> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, &nodes[1]);
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, &nodes[2]);
  EXPECT_FALSE(queue.Enter(&nodes[0], kHere, 0, kNow));
  EXPECT_EQ(queue.Leave(&nodes[2], kNow).node, &nodes[3]);
  EXPECT_EQ(queue.Leave(&nodes[3], kNow).node, &nodes[0]);
}

TEST(PerAddressQueue, ForgetsThoseThatGiveUp) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 4> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, nullptr);
  EXPECT_EQ(queue.Leave(&nodes[3], kNow).node, nullptr);
  EXPECT_EQ(queue.Leave(&nodes[3], kNow).node, nullptr);  // once more changes nothing
  EXPECT_FALSE(queue.Enter(&nodes[1], kHere, 1, kNow));
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, &nodes[2]);
  EXPECT_EQ(queue.Leave(&nodes[2], kNow).node, &nodes[1]);
}

TEST(PerAddressQueue, OneThatOvertakesIsWaitedForNext) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 4> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_FALSE(queue.Overtake(&nodes[2], kNow));
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, nullptr);  // nobody waits for it any more
  EXPECT_EQ(queue.Leave(&nodes[2], kNow).node, &nodes[1]);
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, &nodes[3]);
}

TEST(PerAddressQueue, TheLastMayOvertake) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 3> nodes;
  queue.Enter(&nodes[0], kHere, 0, kNow);
  queue.Enter(&nodes[1], kHere, 1, kNow);
  EXPECT_FALSE(queue.Overtake(&nodes[1], kNow));
  EXPECT_FALSE(queue.Enter(&nodes[2], kHere, 2, kNow));
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, &nodes[2]);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, nullptr);
}

TEST(PerAddressQueue, WhoIsThroughNeedNotOvertake) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 3> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).node, &nodes[1]);
  EXPECT_FALSE(queue.Overtake(&nodes[1], kNow));
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).node, &nodes[2]);
}

// One after the other is answered: nobody need overtake.
TEST(PerAddressQueue, WhereAnswersComeNobodyOvertakes) {
  constexpr std::chrono::milliseconds kStep(100);
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 4> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_EQ(queue.Overtake(&nodes[3], kNow - kStep), kNow);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow + kStep).node, &nodes[1]);
  EXPECT_EQ(queue.Overtake(&nodes[3], kNow), kNow + kStep) << "it owes one since then";
  EXPECT_FALSE(queue.Overtake(&nodes[3], kNow + kStep));
  EXPECT_EQ(queue.Leave(&nodes[3], kNow + 3 * kStep).node, &nodes[2]);
}

// Whoever has waited long enough goes, once it is known that the address is silent.
TEST(PerAddressQueue, AnAddressStaysSilentUntilItAnswers) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 4> nodes;
  for (PerAddressQueue::Node& node : nodes) queue.Enter(&node, kHere, 1, kNow);
  EXPECT_FALSE(queue.Overtake(&nodes[1], kNow));
  EXPECT_FALSE(queue.Overtake(&nodes[2], kNow));
  EXPECT_EQ(queue.Leave(&nodes[2], std::nullopt).node, &nodes[3]);
  queue.Enter(&nodes[0], kHere, 1, kNow + std::chrono::seconds(1));
  EXPECT_FALSE(queue.Overtake(&nodes[0], kNow)) << "silent since the first one";
}

TEST(PerAddressQueue, SaysWhichEntryWasLetThrough) {
  PerAddressQueue queue;
  std::array<PerAddressQueue::Node, 2> nodes;
  queue.Enter(&nodes[0], kHere, 7, kNow);
  queue.Enter(&nodes[1], kHere, 8, kNow);
  EXPECT_EQ(queue.Leave(&nodes[0], kNow).tag, 8u);
  queue.Enter(&nodes[0], kHere, 9, kNow);
  EXPECT_EQ(queue.Leave(&nodes[1], kNow).tag, 9u);
}

// Each thread goes through a thousand times; between Enter and Leave of the one that is through
// nobody else is. An admission is handed to the thread whose node it is.
TEST(PerAddressQueue, LetsOneThroughWhateverItsThread) {
  constexpr size_t kThreads = 4;
  PerAddressQueue queue(true);
  std::array<PerAddressQueue::Node, kThreads> nodes;
  std::array<std::atomic<uint64_t>, kThreads> admitted{};
  int inside = 0;  // not atomic: TSan would see two at once
  const auto run = [&](size_t self) {
    for (uint64_t round = 1; round <= 1000; ++round) {
      if (!queue.Enter(&nodes[self], kHere, round, kNow)) admitted[self].wait(round - 1);
      EXPECT_EQ(inside++, 0);
      --inside;
      admitted[self].store(round);
      const PerAddressQueue::Turn next = queue.Leave(&nodes[self], kNow);
      if (next.node == nullptr) continue;
      std::atomic<uint64_t>& waiting = admitted[static_cast<size_t>(next.node - nodes.data())];
      waiting.store(next.tag);
      waiting.notify_one();
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) threads.emplace_back(run, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace exporter
