// Who is served before whom, and who has to go, when many are connected; handshakes that wait.
#include "exporter/http/crowd.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "exporter/http/connection.h"
#include "exporter/http/handshake_gate.h"

namespace exporter {
namespace {

using Rank = Crowd::Rank;

const ike::IpAddress kFlood = ike::IpAddress::V4(192, 0, 2, 1);
const ike::IpAddress kOther = ike::IpAddress::V4(192, 0, 2, 2);
constexpr size_t kMany = 100;

class CrowdTest : public testing::Test {
 protected:
  ~CrowdTest() override {
    for (const auto& connection : all_) crowd_.Forget(connection.get());
  }

  // It waits for its client.
  Connection* Join(const ike::IpAddress& client) {
    all_.push_back(std::make_unique<Connection>(nullptr, all_.size(), nullptr));
    crowd_.Join(all_.back().get(), client);
    crowd_.NotePhase(all_.back().get());
    return all_.back().get();
  }
  std::vector<Connection*> JoinMany(const ike::IpAddress& client) {
    std::vector<Connection*> joined;
    while (joined.size() < kMany) joined.push_back(Join(client));
    return joined;
  }

  bool Enter(HandshakeGate* gate, Connection* connection) {
    return gate->Enter(connection, crowd_.PrecedenceInTurn(connection));
  }

  Crowd crowd_;
  std::vector<std::unique_ptr<Connection>> all_;
};

TEST_F(CrowdTest, ForMemoryTheGreedyGoWhateverTheyDo) {
  Connection* reader = Join(kFlood);
  reader->books.held = 1;
  crowd_.NotePhase(reader);
  EXPECT_EQ(crowd_.LongestHolding(nullptr), reader);
  EXPECT_EQ(crowd_.LongestHolding(reader), nullptr);
  Connection* greedy = Join(kFlood);
  crowd_.BeginStream(greedy, Rank::kGreedy);
  EXPECT_EQ(crowd_.LongestHolding(nullptr), reader) << "it holds nothing";
  greedy->books.held = 1;  // it is worked for, and so in no other list
  EXPECT_EQ(crowd_.LongestHolding(nullptr), greedy);
}

TEST_F(CrowdTest, TheLatestOfARankComesFirstAndTheGreedyTakeTurns) {
  uint64_t greedy = crowd_.PrecedenceOfPage(Rank::kGreedy);
  uint64_t few = crowd_.PrecedenceOfPage(Rank::kFew);
  uint64_t returns = crowd_.PrecedenceOfPage(Rank::kReturns);
  uint64_t many = crowd_.PrecedenceOfPage(Rank::kMany);
  uint64_t later = crowd_.PrecedenceOfPage(Rank::kMany);
  EXPECT_GT(few, returns);
  EXPECT_GT(returns, later);
  EXPECT_GT(later, many);
  EXPECT_GT(many, greedy);
  EXPECT_EQ(greedy, crowd_.PrecedenceOfPage(Rank::kGreedy));
}

TEST_F(CrowdTest, ConnectionsAreCountedByClient) {
  std::vector<Connection*> flood = JoinMany(kFlood);
  Connection* other = Join(kOther);
  EXPECT_TRUE(crowd_.OfMany(flood[0]));
  EXPECT_FALSE(crowd_.OfMany(other));
  for (size_t i = 1; i < flood.size(); ++i) crowd_.Forget(flood[i]);
  EXPECT_FALSE(crowd_.OfMany(flood[0]));
  all_.erase(all_.begin() + 1, all_.begin() + kMany);
}

TEST_F(CrowdTest, WhoHasFewConnectionsStaysThoughItWaitsLonger) {
  Join(kOther);
  std::vector<Connection*> flood = JoinMany(kFlood);
  EXPECT_EQ(crowd_.Longest(), flood[0]);
  crowd_.NotePhase(flood[0]);  // begins to wait anew
  EXPECT_EQ(crowd_.Longest(), flood[1]);
}

TEST_F(CrowdTest, TheGreedyGoFirst) {
  std::vector<Connection*> flood = JoinMany(kFlood);
  EXPECT_EQ(crowd_.BeginStream(flood[5], Rank::kGreedy), crowd_.PrecedenceOfPage(Rank::kGreedy));
  crowd_.BeginStream(flood[6], Rank::kMany);
  EXPECT_EQ(crowd_.streams(), 2u);
  EXPECT_EQ(crowd_.Longest(), flood[5]);
  crowd_.EndStream(flood[5]);
  EXPECT_EQ(crowd_.streams(), 1u);
  EXPECT_EQ(crowd_.Longest(), flood[0]);
}

TEST_F(CrowdTest, WithoutAFloodTheLongestGoes) {
  Connection* first = Join(kFlood);
  Connection* second = Join(kOther);
  EXPECT_EQ(crowd_.Longest(), first);
  crowd_.NotePhase(first);
  EXPECT_EQ(crowd_.Longest(), second);
}

TEST_F(CrowdTest, HandshakesWaitByPrecedence) {
  HandshakeGate gate(1, std::chrono::milliseconds(250));
  const ike::TimePoint now{std::chrono::hours(1)};
  std::vector<Connection*> flood = JoinMany(kFlood);
  Connection* inside = flood[0];
  Connection* other = Join(kOther);
  EXPECT_TRUE(Enter(&gate, inside));
  EXPECT_FALSE(Enter(&gate, flood[1]));
  EXPECT_FALSE(Enter(&gate, other));
  EXPECT_FALSE(Enter(&gate, flood[2]));
  EXPECT_EQ(gate.Next(), nullptr);
  gate.Idle(inside, now);
  EXPECT_EQ(gate.Overdue(now), nullptr);
  EXPECT_EQ(gate.Overdue(now + std::chrono::milliseconds(250)), inside);
  for (Connection* next : {other, flood[1], flood[2]}) {
    gate.Leave(inside);
    EXPECT_EQ(gate.Next(), next);
    inside = next;
  }
}

}  // namespace
}  // namespace exporter
