// What becomes of a connection when its exchange is over: it stays while its peer may have state of
// it. Real connections on loopback; their time is moved by hand.
#include "exporter/transport/held_connections.h"

#include "tests/exporter/transport/tcp_runner_fixture.h"

namespace exporter::test {
namespace {

using Requester = HalfOpenBudget::Requester;
using ike::IkeVersion;

constexpr uint16_t kBudget = 2;

class HeldConnectionsTest : public TcpRunnerTest {
 protected:
  HeldConnectionsTest() {
    serve_ = [this](int fd, const Bytes& message) {
      answer_sent_ = AnswerTo(message);
      Write(fd, answer_sent_);
    };
  }

  ExchangeJob TellingJob() {
    ExchangeJob job = TcpJob();
    job.may_leave_state = true;
    return job;
  }

  size_t held() { return runner_.held_connections()->size(); }

  // A few turns, in which what the runner has closed would be seen.
  void Settle() {
    for (int i = 0; i < 5; ++i) {
      bool turned = false;
      loop_->Post([&turned] { turned = true; });
      RunUntil([&turned] { return turned; });
    }
  }

  // When the peer's address has a slot free again, of which each opening took one.
  ike::TimePoint NextFree(uint16_t limit) {
    return limits_.budget.NextFree(listener_.endpoint().address, limit, Requester::kOnRequest,
                                   loop_->now());
  }

  const ike::Outcome& TakeSlotAndProbe(const ExchangeJob& job) {
    EXPECT_TRUE(
        limits_.budget.TryTake(job.remote.address, kBudget, Requester::kOnRequest, loop_->now()));
    outcomes_.all.clear();
    return Outcome(job);
  }

  Bytes answer_sent_;
};

TEST_F(HeldConnectionsTest, StaysOpenWhereTheGatewayChoseAProposal) {
  ASSERT_TRUE(Outcome(TcpJob()).selected());
  Settle();
  EXPECT_EQ(held(), 1u);
  EXPECT_EQ(ended_, 0u);
  EXPECT_EQ(runner_.in_flight(), 0u);
}

TEST_F(HeldConnectionsTest, IsClosedAfterARefusal) {
  gateway_.emplace("ikev2 = \"refuse\"\n");
  ASSERT_TRUE(Outcome(TellingJob()).leaves_no_state());
  RunUntil([this] { return ended_ == 1; });
  EXPECT_EQ(held(), 0u);
}

// Its answer may be on the way.
TEST_F(HeldConnectionsTest, StaysOpenAfterSilenceToWhatMayLeaveState) {
  serve_ = [](int, const Bytes&) {};
  ExchangeJob job = TellingJob();
  job.timeout = milliseconds(50);
  ASSERT_FALSE(Outcome(job).answered());
  EXPECT_EQ(held(), 1u);
  job.may_leave_state = false;
  outcomes_.all.clear();
  ASSERT_FALSE(Outcome(job).answered());
  RunUntil([this] { return ended_ == 1; });
  EXPECT_EQ(held(), 1u);
}

TEST_F(HeldConnectionsTest, StaysOpenWhereTheExchangeIsCancelled) {
  bool asked = false;
  serve_ = [&](int, const Bytes&) { asked = true; };
  const ExchangeHandle handle = runner_.Start(TellingJob(), &outcomes_, nullptr);
  RunUntil([&] { return asked; });
  runner_.Cancel(handle);
  RunUntil([this] { return held() == 1; });
  Settle();
  EXPECT_EQ(ended_, 0u);
  EXPECT_TRUE(outcomes_.all.empty());
}

TEST_F(HeldConnectionsTest, EndsWhenTheGatewayClosesIt) {
  ASSERT_TRUE(TakeSlotAndProbe(TellingJob()).selected());
  EXPECT_GT(NextFree(1), loop_->now() + seconds(200));
  shutdown(connections_[0], SHUT_WR);
  RunUntil([this] { return held() == 0; });
  EXPECT_EQ(NextFree(1), loop_->now()) << "with the state that it stood for";
}

TEST_F(HeldConnectionsTest, EndsWhenTheStateOfItsVersionIsGone) {
  for (const auto& [version, lifetime] :
       {std::pair{IkeVersion::kV1, seconds(70)}, std::pair{IkeVersion::kV2, seconds(210)}}) {
    gateway_.emplace(
        "ikev1 = [\"aes256-sha256-modp2048\"]\nikev2 = [\"aes256-sha256-modp2048\"]\n");
    ExchangeJob job = TellingJob();
    job.opening = openings_->of(version).full;
    ASSERT_TRUE(TakeSlotAndProbe(job).selected());
    const ike::TimePoint end = loop_->now() + lifetime;
    EXPECT_EQ(held(), 1u);
    HeldConnections& connections = *runner_.held_connections();
    EXPECT_LE(connections.NextEnd(), end);
    connections.Advance(end - seconds(1));
    EXPECT_EQ(held(), 1u);
    connections.Advance(end);
    EXPECT_EQ(held(), 0u);
  }
}

TEST_F(HeldConnectionsTest, CountsInTheHalfOpenBudgetWhileItIsOpen) {
  ASSERT_TRUE(TakeSlotAndProbe(TellingJob()).selected());
  EXPECT_EQ(NextFree(2), loop_->now());
  ASSERT_TRUE(TakeSlotAndProbe(TellingJob()).selected());
  EXPECT_GT(NextFree(2), loop_->now() + seconds(200));
  EXPECT_LE(NextFree(2), loop_->now() + seconds(210));
}

// Half of the connections are for exchanges that are under way.
TEST_F(HeldConnectionsTest, NoMoreThanHalfOfTheConnectionsAreHeld) {
  runner_.set_max_connections(4);
  EXPECT_TRUE(runner_.MayLeaveState());
  for (int i = 0; i < 2; ++i) {
    outcomes_.all.clear();
    ASSERT_TRUE(Outcome(TellingJob()).selected());
  }
  EXPECT_EQ(held(), 2u);
  EXPECT_FALSE(runner_.MayLeaveState());
  shutdown(connections_[0], SHUT_WR);
  RunUntil([this] { return held() == 1; });
  EXPECT_TRUE(runner_.MayLeaveState());
}

TEST_F(HeldConnectionsTest, SilenceLeavesHalfOfTheRoomToPeersThatChose) {
  runner_.set_max_connections(8);
  serve_ = [](int, const Bytes&) {};
  ExchangeJob job = TellingJob();
  job.timeout = milliseconds(50);
  for (int i = 0; i < 3; ++i) {
    outcomes_.all.clear();
    ASSERT_FALSE(Outcome(job).answered());
  }
  EXPECT_EQ(held(), 2u);
  EXPECT_TRUE(runner_.MayLeaveState());
}

// A retransmission, or whatever else it sends.
TEST_F(HeldConnectionsTest, WhatStillComesIsIgnored) {
  ASSERT_TRUE(Outcome(TellingJob()).selected());
  Write(connections_[0], answer_sent_);
  Settle();
  EXPECT_EQ(held(), 1u);
}

}  // namespace
}  // namespace exporter::test
