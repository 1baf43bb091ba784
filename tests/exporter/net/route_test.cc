#include "exporter/net/route.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "config/host.h"
#include "exporter/net/address.h"

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

constexpr ike::TimePoint kNow{1h};

ike::IpAddress Ip(const char* text) { return config::ParseIpAddress(text).value(); }

TEST(RouteCache, KnowsTheSourceTowardsLoopback) {
  RouteCache routes(nullptr);
  EXPECT_EQ(routes.SourceFor(Ip("127.0.0.1"), kNow), Ip("127.0.0.1"));
  EXPECT_EQ(routes.SourceFor(Ip("127.9.9.9"), kNow), Ip("127.0.0.1"));
  EXPECT_EQ(routes.SourceFor(Ip("127.0.0.1"), kNow), Ip("127.0.0.1"));
  EXPECT_EQ(routes.size(), 2u);
}

TEST(RouteCache, KnowsTheSourceTowardsIpv6Loopback) {
  RouteCache routes(nullptr);
  const auto source = routes.SourceFor(Ip("::1"), kNow);
  if (!source && source.error() != ECONNREFUSED) {
    GTEST_SKIP() << "::1 is absent on this system: " << strerror(source.error());
  }
  EXPECT_EQ(source, Ip("::1"));
}

TEST(RouteCache, ForgetsWhenAskedTo) {
  RouteCache routes(nullptr);
  routes.SourceFor(Ip("127.0.0.1"), kNow);
  routes.SourceFor(Ip("127.0.0.2"), kNow);
  routes.Forget(Ip("127.0.0.1"));
  EXPECT_EQ(routes.size(), 1u);
  routes.Flush();
  EXPECT_EQ(routes.size(), 0u);
}

bool Configure(unsigned long request_code, ifreq request) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::strcpy(request.ifr_name, "lo");
  const bool done = ioctl(fd, request_code, &request) == 0;
  close(fd);
  return done;
}

bool LoopbackUp() {
  ifreq request{};
  request.ifr_flags = IFF_UP;
  return Configure(SIOCSIFFLAGS, request);
}

// With its address goes every route of 127.0.0.0/8.
bool LoopbackWithoutAddress() {
  ifreq request{};
  request.ifr_addr.sa_family = AF_INET;
  return Configure(SIOCSIFADDR, request);
}

// Runs the test in a network namespace of its own, which a thread can leave by ending.
template <typename Body>
void InNamespace(Body body) {
  bool entered = false;
  std::thread([&] {
    entered = unshare(CLONE_NEWNET) == 0;
    if (entered) body();
  }).join();
  if (!entered) GTEST_SKIP() << "needs root: a network namespace of its own";
}

TEST(RouteCache, NoticesChangesOfRoutes) {
  InNamespace([] {
    auto loop = EventLoop::Create().value();
    RouteCache routes(loop.get());
    const auto none = routes.SourceFor(Ip("127.0.0.1"), kNow);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(), ENETUNREACH);
    EXPECT_EQ(routes.size(), 0u);

    ASSERT_TRUE(LoopbackUp());
    EXPECT_TRUE(routes.SourceFor(Ip("127.0.0.1"), kNow));
    loop->RunOnce(nullptr, 0ns);
    EXPECT_EQ(routes.size(), 0u) << "an address appeared, and what was known is doubtful";

    EXPECT_TRUE(routes.SourceFor(Ip("127.0.0.1"), kNow));
    ASSERT_TRUE(LoopbackWithoutAddress());
    EXPECT_TRUE(routes.SourceFor(Ip("127.0.0.1"), kNow)) << "cached until the notice is read";
    loop->RunOnce(nullptr, 0ns);
    EXPECT_FALSE(routes.SourceFor(Ip("127.0.0.1"), kNow));
  });
}

TEST(RouteCache, AnswersExpire) {
  InNamespace([] {
    RouteCache routes(nullptr);
    ASSERT_TRUE(LoopbackUp());
    EXPECT_TRUE(routes.SourceFor(Ip("127.0.0.1"), kNow));
    ASSERT_TRUE(LoopbackWithoutAddress());
    EXPECT_TRUE(routes.SourceFor(Ip("127.0.0.1"), kNow + 59s));
    EXPECT_FALSE(routes.SourceFor(Ip("127.0.0.1"), kNow + 60s));
  });
}

// connect binds the socket to the zone's interface even where it then fails.
TEST(RouteCache, AZoneWithoutARouteLeavesOtherDestinationsAlone) {
  InNamespace([] {
    RouteCache routes(nullptr);
    ASSERT_TRUE(LoopbackUp());
    ASSERT_TRUE(routes.SourceFor(Ip("::1"), kNow));
    ike::IpAddress elsewhere = Ip("fe80::1");
    elsewhere.scope_id = 99;  // no such interface
    RouteHint hint;
    EXPECT_FALSE(routes.SourceFor(elsewhere, kNow));
    EXPECT_EQ(routes.SourceFor(Ip("::1"), kNow, &hint), Ip("::1"));
  });
}

TEST(ChooseAddress, PrefersWhatHasARoute) {
  InNamespace([] {
    RouteCache routes(nullptr);
    ASSERT_TRUE(LoopbackUp());
    std::vector<ike::IpAddress> addresses = {Ip("2001:db8::1"), Ip("127.0.0.2"), Ip("192.0.2.1"),
                                             Ip("127.0.0.1")};
    EXPECT_EQ(ChooseAddress(&routes, kNow, addresses), Ip("127.0.0.2"));
    addresses.resize(1);
    EXPECT_EQ(ChooseAddress(&routes, kNow, addresses), Ip("2001:db8::1"));
  });
}

TEST(UsableAddresses, AreThoseWithARouteInTheirOrderOrTheFirstAlone) {
  InNamespace([] {
    RouteCache routes(nullptr);
    ASSERT_TRUE(LoopbackUp());
    const std::vector<ike::IpAddress> addresses = {Ip("2001:db8::1"), Ip("127.0.0.2"),
                                                   Ip("192.0.2.1"), Ip("127.0.0.1")};
    EXPECT_EQ(UsableAddresses(&routes, kNow, addresses),
              (std::vector{Ip("127.0.0.2"), Ip("127.0.0.1")}));
    EXPECT_EQ(UsableAddresses(&routes, kNow, std::vector{Ip("192.0.2.1"), Ip("192.0.2.2")}),
              std::vector{Ip("192.0.2.1")});
  });
  EXPECT_TRUE(UsableAddresses(nullptr, kNow, std::vector{Ip("224.0.0.1")}).empty());
}

TEST(ChooseAddress, TakesNoneThatIsNoHosts) {
  std::vector<ike::IpAddress> addresses = {Ip("ff02::1"),         Ip("::"),      Ip("224.0.0.1"),
                                           Ip("255.255.255.255"), Ip("0.0.0.0"), Ip("192.0.2.1")};
  EXPECT_EQ(ChooseAddress(nullptr, kNow, addresses), Ip("192.0.2.1"));
  addresses.pop_back();
  EXPECT_TRUE(ChooseAddress(nullptr, kNow, addresses).empty());
}

}  // namespace
}  // namespace exporter::net
