// A Unix socket plays systemd.
#include "exporter/daemon/systemd_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

namespace exporter {
namespace {

using std::chrono::microseconds;
using testing::ElementsAre;
using testing::MatchesRegex;

class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManagerTest() : path_("/tmp/ike_notify_" + std::to_string(getpid())) {
    for (const char* name : kVariables) unsetenv(name);
  }
  ~ServiceManagerTest() override {
    for (const char* name : kVariables) unsetenv(name);
    if (fd_ >= 0) close(fd_);
    unlink(path_.c_str());
  }

  void Listen(const std::string& name) {
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }

  std::string Heard() {
    char text[256];
    ssize_t size = recv(fd_, text, sizeof text, 0);
    return size < 0 ? "nothing" : std::string(text, static_cast<size_t>(size));
  }

  static constexpr const char* kVariables[] = {"NOTIFY_SOCKET",  "LISTEN_PID",   "LISTEN_FDS",
                                               "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"};
  const std::string path_;
  int fd_ = -1;
};

void Tell(SystemdNotifier manager) {
  manager.Ready("all well");
  manager.Reloading();
  manager.Alive();
  manager.Stopping();
}

TEST_F(ServiceManagerTest, TellsItsState) {
  Listen(path_);
  Tell(SystemdNotifier());
  EXPECT_EQ(Heard(), "READY=1\nSTATUS=all well");
  EXPECT_THAT(Heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  EXPECT_EQ(Heard(), "WATCHDOG=1");
  EXPECT_EQ(Heard(), "STOPPING=1");
  EXPECT_EQ(Heard(), "nothing");
  EXPECT_EQ(getenv("NOTIFY_SOCKET"), nullptr);
}

TEST_F(ServiceManagerTest, KnowsTheAbstractNamespace) {
  Listen("@" + path_);
  SystemdNotifier().Alive();
  EXPECT_EQ(Heard(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, IsSilentWithoutSystemd) {
  Tell(SystemdNotifier());
  setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'a')).c_str(), 1);
  Tell(SystemdNotifier());
  setenv("NOTIFY_SOCKET", "/tmp/there/is/nothing", 1);
  Tell(SystemdNotifier());
  EXPECT_FALSE(SystemdNotifier().TakeSockets());
  EXPECT_EQ(SystemdNotifier().watchdog(), std::nullopt);
}

TEST_F(ServiceManagerTest, TakesSocketsThatAreItsOwn) {
  auto offered = [](const std::string& pid, const char* count) {
    setenv("LISTEN_PID", pid.c_str(), 1);
    setenv("LISTEN_FDS", count, 1);
    return SystemdNotifier().TakeSockets();
  };
  const std::string us = std::to_string(getpid());
  EXPECT_THAT(offered(us, "2").value(), ElementsAre(3, 4));
  EXPECT_EQ(getenv("LISTEN_FDS"), nullptr);
  for (const char* count : {"0", "-1", "", "x", "100000"}) EXPECT_FALSE(offered(us, count));
  EXPECT_FALSE(offered("1", "2"));
  EXPECT_FALSE(offered("", "2"));
}

TEST_F(ServiceManagerTest, KnowsHowOftenToBeAlive) {
  auto watched = [](const std::string& pid, const char* interval) {
    setenv("WATCHDOG_PID", pid.c_str(), 1);
    setenv("WATCHDOG_USEC", interval, 1);
    return SystemdNotifier().watchdog();
  };
  EXPECT_EQ(watched(std::to_string(getpid()), "3000000"), microseconds(3000000));
  EXPECT_EQ(watched("", "5"), microseconds(5));
  EXPECT_EQ(watched("1", "5"), std::nullopt);
  EXPECT_EQ(watched("", "0"), std::nullopt);
  EXPECT_EQ(watched("", "soon"), std::nullopt);
}

}  // namespace
}  // namespace exporter
