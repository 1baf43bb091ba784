// The small parts of the HTTP side: targets, credentials, routes, threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "exporter/base/url.h"
#include "exporter/http/credentials.h"
#include "exporter/http/thread_pool.h"
#include "exporter/web/cross_origin_check.h"
#include "exporter/web/on_demand_prober.h"
#include "exporter/web/routes.h"

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Url, DecodesPercentEscapes) {
  EXPECT_EQ(PercentDecode("a%2Fb%20"), "a/b ");
  EXPECT_EQ(PercentDecode("+"), "+");
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
  for (const char* bad : {"%", "%4", "%4g", "%%41"}) EXPECT_EQ(PercentDecode(bad), std::nullopt);
}

TEST(Url, FindsTheValuesOfAQuery) {
  EXPECT_THAT(QueryValues("target=a+b&x=1&target=%5B::1%5D", "target"),
              ElementsAre("a b", "[::1]"));
  EXPECT_THAT(QueryValues("a&b=&&=c&a=%", "a"), ElementsAre("", "%"));
  EXPECT_THAT(QueryValues("%61=1", "a"), ElementsAre("1"));
  EXPECT_THAT(QueryValues("", "a"), IsEmpty());
  EXPECT_THAT(QueryValues("aa=1", "a"), IsEmpty());
}

TEST(Credentials, AreRead) {
  auto taken = ParseCredentials("basic  YWxpY2U6c2U6Y3JldA==");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->user, "alice");
  EXPECT_EQ(taken->password, "se:cret");
  EXPECT_EQ(ParseCredentials("Basic Og==")->user, "");
  for (const char* bad : {"", "Basic", "Basic ", "Bearer YWxpY2U6c2U6Y3JldA==", "Basic YWxpY2U=",
                          "Basic YWxpY2U6c2U6Y3JldA", "Basic YWxp*2U6", "Basic Y==="}) {
    EXPECT_FALSE(ParseCredentials(bad)) << bad;
  }
}

TEST(Routes, AreFound) {
  EXPECT_EQ(FindRoute("/m", "/m")->handler, "metrics");
  EXPECT_EQ(FindRoute("/metrics", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/-/readyx", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/api/targets/", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/api/targets/a/b", "/m"), nullptr);
  const Route* route = FindRoute("/api/targets/a:b", "/m");
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(Segment(*route, "/api/targets/a:b"), "a:b");
  EXPECT_TRUE(Takes(*route, "HEAD"));
  EXPECT_FALSE(Takes(*route, "POST"));
  EXPECT_FALSE(Takes(*route, "GET, HEAD"));
}

TEST(Guard, HostIsAnAddressOrANameOfOursOrAbsent) {
  BrowserHeaders headers;
  for (const char* host : {"", "127.0.0.1:10500", "[::1]", "localhost", "Monitoring.example:80"}) {
    headers.host = host;
    EXPECT_FALSE(CheckHost(headers, {"monitoring.example"})) << host;
  }
  for (const char* host : {"rebound.example", "127.0.0.1.rebound.example", " "}) {
    headers.host = host;
    EXPECT_TRUE(CheckHost(headers, {"monitoring.example"})) << host;
  }
  headers.host.clear();
  headers.origin = "http://other.example";
  EXPECT_TRUE(CheckOrigin(headers));
}

TEST(Access, ANameThatNoRuleCanAllowIsRefusedUnresolved) {
  using Kind = config::AllowRule::Kind;
  const auto access = [](std::vector<config::AllowRule> rules, std::string_view host) {
    auto config = std::make_shared<config::Config>();
    config->targets.push_back({"hq", "vpn.example.com", config->defaults, nullptr, nullptr});
    config->api.allow = std::move(rules);
    return RuleForName(TargetTable{std::move(config), {}, {}}, host);
  };
  const config::AllowRule configured{Kind::kConfigured, {}, {}};
  const config::AllowRule any{Kind::kAny, {}, {}};
  const config::AllowRule listed{Kind::kHost, "listed.example.com", {}};
  const config::AllowRule network{Kind::kNetwork, {}, {}};
  EXPECT_EQ(access({}, "vpn.example.com"), NameRule::kNever);
  EXPECT_EQ(access({configured, listed}, "other.example.com"), NameRule::kNever);
  EXPECT_EQ(access({configured}, "VPN.example.com"), NameRule::kByName);
  EXPECT_EQ(access({configured, listed}, "listed.example.com"), NameRule::kByName);
  EXPECT_EQ(access({any}, "other.example.com"), NameRule::kByName);
  EXPECT_EQ(access({configured, network}, "other.example.com"), NameRule::kByAddress);
  EXPECT_EQ(access({network, configured}, "vpn.example.com"), NameRule::kByName);
}

TEST(ProbePlaces, KeepTheLastEighthForWhoeverHasFew) {
  ProbePlaces places;
  constexpr uint32_t kLimit = 64;
  uint32_t taken = 0;
  while (places.Take("greedy", kLimit)) ++taken;
  EXPECT_EQ(taken, 56u);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(places.Take("other", kLimit)) << i;
  EXPECT_FALSE(places.Take("third", kLimit)) << "not one more in all";
  places.Leave("greedy");
  EXPECT_FALSE(places.Take("greedy", kLimit));
  EXPECT_TRUE(places.Take("third", kLimit));
}

// Else one client's probes would take all threads, and those of others had none to wait in.
TEST(ProbePlaces, AreNoMoreThanThereAreThreads) {
  ProbePlaces places;
  uint32_t taken = 0;
  while (taken < kProbeThreads && places.Take("greedy", 1000)) ++taken;
  EXPECT_EQ(taken, 112u);
  while (taken < 2 * kProbeThreads && places.Take("other", 1000)) ++taken;
  EXPECT_EQ(taken, 128u);
}

TEST(ProbePlaces, AreAllForOneWhereTheyAreFew) {
  ProbePlaces places;
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(places.Take("one", 7));
  EXPECT_FALSE(places.Take("one", 7));
}

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
