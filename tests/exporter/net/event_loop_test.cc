#include "exporter/net/event_loop.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

// Bounds a wait that should end at once.
constexpr ike::Duration kLong = 5s;

std::unique_ptr<EventLoop> NewLoop() { return EventLoop::Create().value(); }

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int reading() const { return ends_[0]; }
  void Write() { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  void Read() {
    char byte;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  int ends_[2];
};

class CountingTicker : public Ticker {
 public:
  explicit CountingTicker(std::function<ike::TimePoint(ike::TimePoint)> next)
      : next_(std::move(next)) {}
  ike::TimePoint OnTick(ike::TimePoint now) override {
    ++count;
    return next_(now);
  }
  int count = 0;

 private:
  std::function<ike::TimePoint(ike::TimePoint)> next_;
};

TEST(EventLoop, RunsPostedTasksInOrderOnItsThread) {
  auto loop = NewLoop();
  std::vector<int> order;
  std::thread::id ran_on;
  std::jthread runner([&] { loop->Run(nullptr); });
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(loop->Post([&order, &ran_on, i] {
      order.push_back(i);
      ran_on = std::this_thread::get_id();
    }));
  }
  const auto runner_id = runner.get_id();
  loop->Stop();
  runner.join();
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(ran_on, runner_id);
}

TEST(EventLoop, AcceptedTasksRunAndLateOnesAreRefused) {
  auto loop = NewLoop();
  bool nested = false;
  loop->Stop();
  loop->Post([&] { loop->Post([&] { nested = true; }); });
  loop->Run(nullptr);
  EXPECT_TRUE(nested);
  EXPECT_FALSE(loop->Post([] { FAIL(); }));
}

TEST(EventLoop, StopEndsASleepWithoutTimers) {
  auto loop = NewLoop();
  std::jthread stopper([&] { loop->Stop(); });
  loop->Run(nullptr);
}

TEST(EventLoop, ManyThreadsPost) {
  auto loop = NewLoop();
  int count = 0;
  {
    std::vector<std::jthread> posters;
    std::jthread runner([&] { loop->Run(nullptr); });
    for (int i = 0; i < 4; ++i) {
      posters.emplace_back([&] {
        for (int j = 0; j < 1000; ++j) loop->Post([&] { ++count; });
      });
    }
    posters.clear();
    loop->Stop();
  }
  EXPECT_EQ(count, 4000);
}

TEST(EventLoop, CallsBackWhileReadable) {
  auto loop = NewLoop();
  Pipe pipe;
  int calls = 0;
  ASSERT_TRUE(loop->AddFd(pipe.reading(), EPOLLIN, [&](uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    ++calls;
  }));
  loop->RunOnce(nullptr, 0ns);
  EXPECT_EQ(calls, 0);
  pipe.Write();
  loop->RunOnce(nullptr, kLong);
  loop->RunOnce(nullptr, kLong);
  EXPECT_EQ(calls, 2);
  pipe.Read();
  loop->RunOnce(nullptr, 0ns);
  EXPECT_EQ(calls, 2);
  pipe.Write();
  ASSERT_TRUE(loop->ModifyFd(pipe.reading(), 0));
  loop->RunOnce(nullptr, 0ns);
  EXPECT_EQ(calls, 2);
  loop->RemoveFd(pipe.reading());
  EXPECT_FALSE(loop->ModifyFd(pipe.reading(), EPOLLIN));
}

TEST(EventLoop, RefusesABadDescriptor) { EXPECT_FALSE(NewLoop()->AddFd(-1, EPOLLIN, nullptr)); }

TEST(EventLoop, ACallbackMayRemoveItselfAndOthers) {
  auto loop = NewLoop();
  Pipe first, second;
  int calls = 0;
  auto remove_both = [&](uint32_t) {
    ++calls;
    loop->RemoveFd(first.reading());
    loop->RemoveFd(second.reading());
  };
  loop->AddFd(first.reading(), EPOLLIN, remove_both);
  loop->AddFd(second.reading(), EPOLLIN, remove_both);
  first.Write();
  second.Write();
  loop->RunOnce(nullptr, kLong);
  EXPECT_EQ(calls, 1);
}

TEST(EventLoop, AReusedDescriptorDoesNotGetTheOldEvents) {
  auto loop = NewLoop();
  Pipe first, second;
  int stale = 0;
  auto replace = [&](int other) {
    loop->RemoveFd(other);
    loop->AddFd(other, EPOLLIN, [&](uint32_t) { ++stale; });
  };
  loop->AddFd(first.reading(), EPOLLIN, [&](uint32_t) { replace(second.reading()); });
  loop->AddFd(second.reading(), EPOLLIN, [&](uint32_t) { replace(first.reading()); });
  first.Write();
  second.Write();
  loop->RunOnce(nullptr, kLong);
  EXPECT_EQ(stale, 0);
}

TEST(EventLoop, TimersFireAndMayRearmOrDie) {
  auto loop = NewLoop();
  int fired = 0;
  CallbackTimer again;
  again.callback = [&] {
    if (++fired < 3) loop->timers()->Arm(&again, loop->now() + 1ms);
  };
  auto dying = std::make_unique<CallbackTimer>();
  dying->callback = [&] { dying.reset(); };
  loop->timers()->Arm(&again, loop->now() + 1ms);
  loop->timers()->Arm(dying.get(), loop->now() + 1ms);
  for (int i = 0; i < 1000 && (fired < 3 || dying); ++i) loop->RunOnce(nullptr, kLong);
  EXPECT_EQ(fired, 3);
  EXPECT_FALSE(dying);
}

TEST(EventLoop, TheTickerIsWokenWhenItAsks) {
  auto loop = NewLoop();
  ike::TimePoint last{};
  CountingTicker ticker([&](ike::TimePoint now) {
    if (ticker.count == 3) loop->Stop();
    last = now;
    return now + 5ms;
  });
  const ike::TimePoint start = std::chrono::steady_clock::now();
  loop->Run(&ticker);
  EXPECT_EQ(ticker.count, 3);
  EXPECT_GE(last, start + 10ms);
}

// The reason for the tick: however many packets arrive, there is one wake-up a tick.
TEST(EventLoop, WakesAtMostOncePerTick) {
  auto loop = NewLoop();
  Pipe pipe;
  pipe.Write();
  loop->AddFd(pipe.reading(), EPOLLIN, nullptr);  // readable all the time
  CountingTicker ticker([&](ike::TimePoint) {
    if (ticker.count == 20) loop->Stop();
    return ike::TimePoint::max();
  });
  const ike::TimePoint start = std::chrono::steady_clock::now();
  loop->Run(&ticker, 2ms);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 19 * 2ms);
}

TEST(EventLoop, ABusyTickerIsNotPaused) {
  auto loop = NewLoop();
  CountingTicker ticker([&](ike::TimePoint now) {
    if (ticker.count == 1000) loop->Stop();
    return now;
  });
  const ike::TimePoint start = std::chrono::steady_clock::now();
  loop->Run(&ticker, 1s);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 100s);
}

TEST(EventLoop, SignalsDoNotDisturb) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  auto loop = NewLoop();
  CountingTicker ticker([&](ike::TimePoint now) {
    if (ticker.count == 20) loop->Stop();
    return now + 2ms;
  });
  std::jthread runner([&] { loop->Run(&ticker); });
  const pthread_t thread = runner.native_handle();
  for (int i = 0; i < 50; ++i) {
    pthread_kill(thread, SIGUSR1);
    std::this_thread::yield();
  }
  runner.join();
  EXPECT_EQ(ticker.count, 20);
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace exporter::net
