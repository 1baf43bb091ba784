// Whose connection has to go when there are too many, over pairs of sockets.
#include "exporter/http/connection_limiter.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

namespace exporter {
namespace {

using std::chrono::seconds;

constexpr ike::TimePoint kStart{seconds(1000)};

ike::IpAddress Address(uint8_t last) { return ike::IpAddress::V4(192, 0, 2, last); }

class LimiterTest : public testing::Test {
 protected:
  struct Connection {
    int fd = -1;
    int peer = -1;
    ConnectionLimiter::PlacePtr place;
  };

  ~LimiterTest() override {
    for (Connection& connection : connections_) {
      connection.place.reset();
      close(connection.fd);
      close(connection.peer);
    }
  }

  // Its number; -1 where there is no place.
  int Connect(uint8_t client, ike::TimePoint now) {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    Connection connection{fds[0], fds[1], limiter_.Add(fds[0], Address(client))};
    bool entered = connection.place != nullptr;
    if (entered) connection.place->Wait(now);
    connections_.push_back(std::move(connection));
    return entered ? static_cast<int>(connections_.size()) - 1 : -1;
  }
  ConnectionLimiter::Place* Place(int number) {
    return connections_[static_cast<size_t>(number)].place.get();
  }
  void Leave(int number) { connections_[static_cast<size_t>(number)].place.reset(); }
  bool IsShut(int number) {
    char byte = 0;
    return recv(connections_[static_cast<size_t>(number)].peer, &byte, 1, 0) == 0;
  }

  std::vector<Connection> connections_;
  ConnectionLimiter limiter_{64};
};

TEST_F(LimiterTest, ShutsTheLongestWaitingOfAClientWithTooMany) {
  std::vector<int> own;
  for (int i = 0; i < 33; ++i) own.push_back(Connect(1, kStart + seconds(i)));
  EXPECT_TRUE(IsShut(own[0]));
  for (int i = 1; i < 33; ++i) EXPECT_FALSE(IsShut(own[static_cast<size_t>(i)])) << i;
}

TEST_F(LimiterTest, LeavesThoseThatHaveJustCome) {
  for (int i = 0; i < 40; ++i) Connect(1, kStart);
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(IsShut(i)) << i;
  limiter_.Trim(kStart + ConnectionLimiter::kGrace);
  int shut = 0;
  for (int i = 0; i < 40; ++i) shut += IsShut(i) ? 1 : 0;
  EXPECT_EQ(shut, 8);
}

TEST_F(LimiterTest, CountsNobodyThatIsBeingAnswered) {
  for (int i = 0; i < 40; ++i) Place(Connect(1, kStart + seconds(2 * i)))->Work();
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(IsShut(i)) << i;
}

TEST_F(LimiterTest, WaitsAgainOnceItIsAnswered) {
  for (int i = 0; i < 32; ++i) Connect(1, kStart + seconds(i));
  Place(0)->Work();
  Place(0)->Wait(kStart + seconds(100));
  Connect(1, kStart + seconds(101));
  EXPECT_FALSE(IsShut(0));
  EXPECT_TRUE(IsShut(1));
}

TEST_F(LimiterTest, KeepsTheLastEighthForOthers) {
  for (int i = 0; i < 56; ++i) Place(Connect(1, kStart))->Work();
  EXPECT_EQ(Connect(1, kStart), -1);
  for (int i = 0; i < 7; ++i) EXPECT_NE(Connect(2, kStart), -1) << i;
}

TEST_F(LimiterTest, TakesThePlaceOfItsOwnClientFirst) {
  for (int i = 0; i < 30; ++i) Connect(1, kStart + seconds(i));
  for (int i = 0; i < 26; ++i) Connect(2, kStart + seconds(50 + i));
  std::thread leaver([&] {
    while (!IsShut(30)) std::this_thread::yield();
    Leave(30);
  });
  EXPECT_NE(Connect(2, kStart + seconds(100)), -1);
  leaver.join();
  EXPECT_FALSE(IsShut(0)) << "though it has waited longer";
}

}  // namespace
}  // namespace exporter
