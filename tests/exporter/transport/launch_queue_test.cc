// What an exchange waits for before it sends: other engines at its address, its network, the rate.
#include "tests/exporter/transport/exchange_runner_fixture.h"

namespace exporter::test {
namespace {

// A second engine, on a loop of its own, that shares the limits.
class TwoRunnersTest : public ExchangeRunnerTest {
 protected:
  struct Other final : net::Ticker {
    explicit Other(SharedLimits* limits) : runner(loop.get(), &routes, limits) {}
    void BeforeTimers(ike::TimePoint now) override { runner.Read(now); }
    ike::TimePoint OnTick(ike::TimePoint now) override { return runner.Tick(now); }

    std::unique_ptr<net::EventLoop> loop = std::move(*net::EventLoop::Create());
    net::RouteCache routes{loop.get()};
    ExchangeRunner runner;
  };

  void RunBoth(const std::function<bool()>& done) {
    RunUntil([&] {
      other_.loop->RunOnce(&other_, milliseconds(1));
      return done();
    });
  }
  void RunBothFor(ike::Duration time) {
    const auto until = Clock::now() + time;
    RunBoth([until] { return Clock::now() >= until; });
  }

  Other other_{&limits_};
  Outcomes others_;
};

TEST_F(TwoRunnersTest, OneOpeningAtATimeGoesToEachAddress) {
  answer_ = [](const Heard&) {};
  Start(Job());
  RunBoth([this] { return heard_.size() == 1; });
  other_.runner.Start(Job(), &others_, nullptr);
  RunBothFor(milliseconds(100));
  EXPECT_EQ(heard_.size(), 1u) << "the other engine's opening waits for the answer";
  answer_ = [this](const Heard& heard) { Reply(heard, AnswerTo(heard.bytes)); };
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  RunBoth([this] { return others_.all.size() == 1; });
  EXPECT_TRUE(others_.all[0].selected());
  EXPECT_TRUE(outcomes_.all.at(0).selected());
}

TEST_F(TwoRunnersTest, OneThatIsNoLongerWantedIsNotLetThrough) {
  answer_ = [](const Heard&) {};
  Start(Job());
  RunBoth([this] { return heard_.size() == 1; });
  const ExchangeHandle handle = other_.runner.Start(Job(), &others_, nullptr);
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  RunUntil([this] { return outcomes_.all.size() == 1; });
  other_.runner.Cancel(handle);  // before its loop hears that it is through
  RunBothFor(milliseconds(100));
  EXPECT_EQ(heard_.size(), 1u);
  answer_ = [this](const Heard& heard) { Reply(heard, AnswerTo(heard.bytes)); };
  Start(Job());
  RunBoth([this] { return outcomes_.all.size() == 2; });
  EXPECT_TRUE(others_.all.empty());
}

TEST_F(TwoRunnersTest, BothKeepToTheRateOfANetwork) {
  limits_.networks.set_rate(1);
  const ike::TimePoint begun = loop_->now();
  Start(Job());
  RunBoth([this] { return outcomes_.all.size() == 1; });
  other_.runner.Start(Job(), &others_, nullptr);
  RunBoth([this] { return others_.all.size() == 1; });
  // Not since the first was heard: a busy machine hears late.
  EXPECT_GE(heard_[1].at - begun, milliseconds(1000));
  EXPECT_TRUE(others_.all[0].selected());
  EXPECT_LT(others_.all[0].duration, milliseconds(500))
      << "to wait for our own limits is no silence";
  EXPECT_EQ(other_.runner.delayed_packets()[static_cast<size_t>(Pace::kNetwork)], 1u);
  EXPECT_EQ(runner_.delayed_packets()[static_cast<size_t>(Pace::kNetwork)], 0u);
}

TEST_F(ExchangeRunnerTest, RetransmissionsWaitForTheirNetworkToo) {
  limits_.networks.set_rate(1);
  answer_ = [this](const Heard& heard) {
    if (heard_.size() == 2) Reply(heard, AnswerTo(heard.bytes));
  };
  const ike::TimePoint begun = loop_->now();
  Start(Job());
  RunUntil([this] { return !heard_.empty(); });
  limits_.networks.Take(server_.endpoint().address, loop_->now());  // the turn of somebody else
  RunUntil([this] { return outcomes_.all.size() == 1; });
  EXPECT_GE(heard_[1].at - begun, milliseconds(2000));
  EXPECT_TRUE(outcomes_.all[0].selected());
}

// Its turn would come, but its time is up before.
TEST_F(ExchangeRunnerTest, WhatCannotBeSentAgainInTimeEndsInTime) {
  limits_.networks.set_rate(1);
  answer_ = [](const Heard&) {};
  ExchangeJob job = Job();
  job.timeout = milliseconds(1500);
  Start(job);
  RunUntil([this] { return !heard_.empty(); });
  for (int i = 0; i < 5; ++i) limits_.networks.Take(job.remote.address, loop_->now());
  RunUntil([this] { return outcomes_.all.size() == 1; });
  EXPECT_EQ(outcomes_.all[0].reason, ike::Reason::kTimeout);
  EXPECT_EQ(heard_.size(), 1u);
  EXPECT_LT(Clock::now() - heard_[0].at, milliseconds(2500));
}

// One packet a second; the first exchange is repeated after one, and the others wait since before.
TEST_F(ExchangeRunnerTest, RetransmissionsGoBeforeFirstMessages) {
  runner_.set_packets_per_second(1);
  answer_ = [](const Heard&) {};
  Start(Job());
  for (const uint8_t host : {uint8_t{2}, uint8_t{3}}) {
    ExchangeJob next = Job();
    next.remote.address = ike::IpAddress::V4(127, 0, 0, host);  // nobody is there
    Start(next);
  }
  RunUntil([this] { return heard_.size() == 2; });
  EXPECT_EQ(heard_[0].bytes, heard_[1].bytes);
  EXPECT_LE(outcomes_.all.size(), 1u) << "one of the others may have been quicker by a millisecond";
  EXPECT_GE(runner_.delayed_packets()[static_cast<size_t>(Pace::kRate)], 2u);
}

// Where much comes the loop is not woken for each packet, so that the runner has to come back.
TEST_F(ExchangeRunnerTest, ComesBackByItselfWhileMuchArrives) {
  ike::TimePoint now = loop_->now() + milliseconds(10);
  const auto turn = [&] {
    runner_.Read(now);
    return runner_.Tick(now);
  };
  EXPECT_GT(turn(), now + milliseconds(500));
  Start(Job());
  EXPECT_GT(turn(), now + milliseconds(500)) << "an answer wakes the loop";
  answer_ = [](const Heard&) {};
  RunUntil([this] { return !heard_.empty(); });
  for (int i = 0; i < 40; ++i) Reply(heard_[0], Bytes(30, 0));
  now = loop_->now() + milliseconds(10);
  EXPECT_EQ(turn(), now + milliseconds(1));
  EXPECT_EQ(runner_.unmatched_packets(), 40u);
  int quiet_turns = 0;
  while (turn() == now + milliseconds(1) && quiet_turns < 100) ++quiet_turns;
  EXPECT_EQ(quiet_turns, 15) << "it is watched again, but not at once";
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  RunUntil([this] { return !outcomes_.all.empty(); });
  EXPECT_TRUE(outcomes_.all[0].selected());
}

}  // namespace
}  // namespace exporter::test
