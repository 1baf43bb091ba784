#include "exporter/net/timer_wheel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

constexpr ike::TimePoint kStart{std::chrono::hours(1000)};

struct TestTimer final : Timer {
  void OnTimer(ike::TimePoint) override {
    fired.push_back(id);
    if (then) then();
  }
  static inline std::vector<int> fired;
  int id = 0;
  std::function<void()> then;
};

std::vector<int> Fired(TimerWheel* wheel, ike::TimePoint now) {
  TestTimer::fired.clear();
  wheel->Advance(now);
  return TestTimer::fired;
}

TEST(TimerWheel, FiresNeitherEarlyNorLate) {
  for (const ike::Duration delay : std::initializer_list<ike::Duration>{
           1ns, 1ms, 511ms, 512ms, 513ms, 262143ms, 262144ms, 5s, 1h, 24h * 30, 24h * 365 * 50}) {
    TimerWheel wheel(kStart);
    TestTimer timer;
    wheel.Arm(&timer, kStart + delay);
    EXPECT_TRUE(timer.armed());
    EXPECT_EQ(Fired(&wheel, kStart + delay - 1ns), std::vector<int>{});
    EXPECT_EQ(Fired(&wheel, kStart + delay + 1ms), std::vector<int>{0});
    EXPECT_FALSE(timer.armed());
    EXPECT_EQ(wheel.NextExpiry(), ike::TimePoint::max());
  }
}

TEST(TimerWheel, HoldsTimesBeyondItsHorizon) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.Arm(&timer, ike::TimePoint::max());
  EXPECT_EQ(Fired(&wheel, kStart + 24h * 365 * 100), std::vector<int>{});
  EXPECT_TRUE(timer.armed());
}

TEST(TimerWheel, CancelAndDestructionDisarm) {
  TimerWheel wheel(kStart);
  TestTimer cancelled;
  wheel.Arm(&cancelled, kStart + 5ms);
  cancelled.Cancel();
  cancelled.Cancel();
  {
    TestTimer destroyed;
    wheel.Arm(&destroyed, kStart + 5ms);
  }
  EXPECT_EQ(wheel.NextExpiry(), ike::TimePoint::max());
  EXPECT_EQ(Fired(&wheel, kStart + 1s), std::vector<int>{});
}

TEST(TimerWheel, ArmingAgainMoves) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.Arm(&timer, kStart + 5ms);
  wheel.Arm(&timer, kStart + 50ms);
  EXPECT_EQ(Fired(&wheel, kStart + 49ms), std::vector<int>{});
  EXPECT_EQ(Fired(&wheel, kStart + 50ms), std::vector<int>{0});
}

TEST(TimerWheel, ARestingTimerDoesNotFireUntilItIsArmedAgain) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.Arm(&timer, kStart + 5ms);
  timer.Rest();
  EXPECT_FALSE(timer.armed());
  EXPECT_EQ(Fired(&wheel, kStart + 10ms), std::vector<int>{});
  EXPECT_EQ(wheel.NextExpiry(), ike::TimePoint::max());
  wheel.Arm(&timer, kStart + 100ms);
  timer.Rest();
  wheel.Arm(&timer, kStart + 300ms);
  EXPECT_EQ(Fired(&wheel, kStart + 299ms), std::vector<int>{});
  EXPECT_EQ(Fired(&wheel, kStart + 300ms), std::vector<int>{0});
}

TEST(TimerWheel, OutlivedByItsTimers) {
  TestTimer timer;
  {
    TimerWheel wheel(kStart);
    wheel.Arm(&timer, kStart + 5ms);
  }
  EXPECT_FALSE(timer.armed());
}

TEST(TimerWheel, PastTimesFireAtTheNextMillisecond) {
  TimerWheel wheel(kStart);
  Fired(&wheel, kStart + 10s);
  TestTimer timer;
  wheel.Arm(&timer, kStart);
  EXPECT_EQ(Fired(&wheel, kStart + 10s), std::vector<int>{});
  EXPECT_EQ(Fired(&wheel, kStart + 10s + 1ms), std::vector<int>{0});
}

TEST(TimerWheel, RearmingForNowDoesNotHoldAdvance) {
  TimerWheel wheel(kStart);
  TestTimer timer;
  wheel.Arm(&timer, kStart + 1ms);
  timer.then = [&] { wheel.Arm(&timer, kStart); };
  EXPECT_EQ(Fired(&wheel, kStart + 1h).size(), 1u);
  EXPECT_EQ(wheel.NextExpiry(), kStart + 1h + 1ms);
}

TEST(TimerWheel, ACallbackMayCancelOthersOfTheSameMillisecond) {
  TimerWheel wheel(kStart);
  TestTimer first, second;
  auto third = std::make_unique<TestTimer>();
  wheel.Arm(&first, kStart + 100ms);
  wheel.Arm(&second, kStart + 100ms);
  wheel.Arm(third.get(), kStart + 100ms);
  first.then = [&] {
    second.Cancel();
    third.reset();
  };
  EXPECT_EQ(Fired(&wheel, kStart + 1s).size(), 1u);
}

TEST(TimerWheel, AClockThatGoesBackFiresNothing) {
  TimerWheel wheel(kStart);
  Fired(&wheel, kStart + 10s);
  TestTimer timer;
  wheel.Arm(&timer, kStart + 11s);
  EXPECT_EQ(Fired(&wheel, kStart - 1h), std::vector<int>{});
  EXPECT_EQ(Fired(&wheel, kStart + 5s), std::vector<int>{});
  EXPECT_EQ(Fired(&wheel, kStart + 11s), std::vector<int>{0});
}

// The oracle: the same timers in a multimap, with arming, cancelling, small steps and big jumps.
class Reference {
 public:
  Reference(int count, uint32_t seed) : random_(seed), timers_(static_cast<size_t>(count)) {
    for (int i = 0; i < count; ++i) timers_[static_cast<size_t>(i)].id = i;
  }

  void Step() {
    for (int i = 0; i < 20; ++i) ArmOne();
    for (int i = 0; i < 5; ++i) CancelOne();
    EXPECT_LE(wheel_.NextExpiry(), due_.empty() ? ike::TimePoint::max() : due_.begin()->first);
    now_ += Jump();
    const std::vector<int> fired = Fired(&wheel_, now_);
    auto expected_end = due_.upper_bound(now_);
    std::multimap<ike::TimePoint, int> expected(due_.begin(), expected_end);
    due_.erase(due_.begin(), expected_end);
    ExpectSame(fired, expected);
  }

 private:
  ike::TimePoint Tick(ike::TimePoint when) const {
    const auto up = std::chrono::ceil<std::chrono::milliseconds>(when - kStart);
    const auto soonest = std::chrono::floor<std::chrono::milliseconds>(now_ - kStart) + 1ms;
    return kStart + std::max(up, soonest);
  }

  // Delays of all magnitudes, a microsecond to some weeks.
  ike::Duration Delay() {
    const auto magnitude = std::uniform_int_distribution<int>(10, 51)(random_);
    return ike::Duration(
        std::uniform_int_distribution<int64_t>(0, int64_t{1} << magnitude)(random_));
  }

  ike::Duration Jump() {
    const bool big = std::uniform_int_distribution<int>(0, 30)(random_) == 0;
    return big ? Delay() : ike::Duration(Delay() % std::chrono::nanoseconds(70ms));
  }

  void ArmOne() {
    TestTimer& timer = Pick();
    Forget(timer.id);
    const ike::TimePoint when = now_ + Delay() - 5ms;
    wheel_.Arm(&timer, when);
    due_.emplace(Tick(when), timer.id);
  }

  void CancelOne() {
    TestTimer& timer = Pick();
    Forget(timer.id);
    if (timer.id % 2 == 0) timer.Cancel();
    if (timer.id % 2 != 0) timer.Rest();
    EXPECT_FALSE(timer.armed());
  }

  TestTimer& Pick() {
    return timers_[std::uniform_int_distribution<size_t>(0, timers_.size() - 1)(random_)];
  }

  void Forget(int id) {
    std::erase_if(due_, [id](const auto& entry) { return entry.second == id; });
  }

  // The same timers, and in the order of their times.
  static void ExpectSame(const std::vector<int>& fired,
                         const std::multimap<ike::TimePoint, int>& expected) {
    std::map<int, ike::TimePoint> times;
    for (const auto& [when, id] : expected) times[id] = when;
    ASSERT_EQ(fired.size(), times.size());
    ike::TimePoint last{};
    for (int id : fired) {
      ASSERT_TRUE(times.contains(id));
      EXPECT_LE(last, times[id]);
      last = times[id];
    }
  }

  std::mt19937 random_;
  std::vector<TestTimer> timers_;
  TimerWheel wheel_{kStart};
  ike::TimePoint now_ = kStart;
  std::multimap<ike::TimePoint, int> due_;
};

TEST(TimerWheel, AgreesWithAMultimap) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    Reference reference(200, seed);
    for (int step = 0; step < 500 && !::testing::Test::HasFailure(); ++step) reference.Step();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(TimerWheel, HoldsAMillionTimers) {
  constexpr size_t kCount = 1'000'000;
  TimerWheel wheel(kStart);
  std::vector<TestTimer> timers(kCount);
  std::mt19937_64 random(7);
  std::uniform_int_distribution<int64_t> delay(0, ike::Duration(24h * 21).count());
  for (TestTimer& timer : timers) wheel.Arm(&timer, kStart + ike::Duration(delay(random)));
  for (size_t i = 0; i < kCount; i += 2) timers[i].Cancel();
  size_t fired = 0;
  ike::TimePoint now = kStart;
  while (wheel.NextExpiry() != ike::TimePoint::max()) {
    now = std::max(now + 10min, wheel.NextExpiry());
    fired += Fired(&wheel, now).size();
  }
  EXPECT_EQ(fired, kCount / 2);
  EXPECT_LE(now, kStart + 24h * 21 + 20min);
}

}  // namespace
}  // namespace exporter::net
