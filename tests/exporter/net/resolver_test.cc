#include "exporter/net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/host.h"
#include "tests/exporter/net/dns_server.h"

namespace exporter::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

ike::IpAddress Ip(const std::string& text) { return config::ParseIpAddress(text).value(); }

std::vector<std::string> Texts(const ResolveResult& result) {
  if (!result) return {result.error().text};
  std::vector<std::string> texts;
  for (const ike::IpAddress& address : result->addresses) texts.push_back(ToString(address));
  return texts;
}

class ResolverTest : public ::testing::Test {
 protected:
  ResolverTest() { Restart({}); }

  void Restart(ResolverOptions options) {
    options.servers = server_.address();
    options.cache_clock = [this] { return now_; };
    resolver_ = Resolver::Create(loop_.get(), options).value();
  }

  // What one question is answered, the loop being run as long as that takes.
  ResolveResult Ask(const std::string& host, IpFamily family = IpFamily::kIpv4) {
    std::optional<ResolveResult> answer;
    resolver_->Resolve(host, family, [&](const ResolveResult& result) { answer = result; });
    RunUntil([&] { return answer.has_value(); });
    return answer.value_or(tl::make_unexpected(ResolveError{"no callback"}));
  }

  template <typename Condition>
  void RunUntil(Condition done) {
    for (int i = 0; i < 10000 && !done(); ++i) loop_->RunOnce(nullptr, 100ms);
  }
  void RunIdle() {
    for (int i = 0; i < 20; ++i) loop_->RunOnce(nullptr, 0ns);
  }

  std::unique_ptr<EventLoop> loop_ = EventLoop::Create().value();
  DnsServer server_{loop_.get()};
  ike::TimePoint now_{1h};
  std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, LiteralsAreAnsweredAtOnce) {
  int calls = 0;
  auto expect = [&](std::string expected) {
    return [&calls, expected](const ResolveResult& result) {
      ++calls;
      EXPECT_THAT(Texts(result), ElementsAre(expected));
    };
  };
  EXPECT_EQ(resolver_->Resolve("192.0.2.1", IpFamily::kAny, expect("192.0.2.1")), 0u);
  EXPECT_EQ(resolver_->Resolve("2001:db8::1", IpFamily::kIpv6, expect("2001:db8::1")), 0u);
  resolver_->Resolve("192.0.2.1", IpFamily::kIpv6, expect("192.0.2.1 is no IPv6 address"));
  resolver_->Resolve("::1", IpFamily::kIpv4, expect("::1 is no IPv4 address"));
  resolver_->Resolve("2130706433", IpFamily::kAny, expect("2130706433: no such name"));
  EXPECT_EQ(calls, 5);
  EXPECT_TRUE(server_.queries.empty());
}

TEST_F(ResolverTest, AsksForTheFamilyOnly) {
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.2"), Ip("192.0.2.1"), Ip("2001:db8::1")};
  EXPECT_THAT(Texts(Ask("vpn.test", IpFamily::kIpv4)), ElementsAre("192.0.2.1", "192.0.2.2"));
  EXPECT_EQ(server_.queries.count("vpn.test AAAA"), 0u);
  EXPECT_THAT(Texts(Ask("vpn.test", IpFamily::kIpv6)), ElementsAre("2001:db8::1"));
  EXPECT_THAT(Texts(Ask("vpn.test", IpFamily::kAny)),
              ElementsAre("2001:db8::1", "192.0.2.1", "192.0.2.2"));
}

TEST_F(ResolverTest, CachesForTheTtl) {
  server_.answers["vpn.test"] = {.addresses = {Ip("192.0.2.1")}, .ttl = 30};
  EXPECT_EQ(Ask("vpn.test")->ttl, 30s);
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.9")};
  now_ += 29s;
  const ResolveResult cached = Ask("VPN.test");
  EXPECT_THAT(Texts(cached), ElementsAre("192.0.2.1"));
  EXPECT_EQ(cached->ttl, 1s);
  EXPECT_EQ(server_.queries["vpn.test A"], 1);
  now_ += 1s;
  EXPECT_THAT(Texts(Ask("vpn.test")), ElementsAre("192.0.2.9"));
  EXPECT_EQ(server_.queries["vpn.test A"], 2);
}

TEST_F(ResolverTest, TheShortestTtlOfTheChainCounts) {
  server_.answers["vpn.test"] = {
      .addresses = {Ip("192.0.2.1")}, .ttl = 300, .alias_of = "real.test", .alias_ttl = 20};
  const ResolveResult result = Ask("vpn.test");
  EXPECT_THAT(Texts(result), ElementsAre("192.0.2.1"));
  EXPECT_EQ(result->ttl, 20s);
}

TEST_F(ResolverTest, TtlsAreBounded) {
  server_.answers["zero.test"] = {.addresses = {Ip("192.0.2.1")}, .ttl = 0};
  server_.answers["week.test"] = {.addresses = {Ip("192.0.2.1")}, .ttl = 7 * 86400};
  EXPECT_EQ(Ask("zero.test")->ttl, 1s);
  EXPECT_EQ(Ask("week.test")->ttl, 24h);
}

TEST_F(ResolverTest, FailuresAreToldApartAndCachedBriefly) {
  server_.answers["broken.test"].error = kServfail;
  server_.answers["empty.test"] = {};
  const ResolveResult absent = Ask("gone.test");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().text, "gone.test: no such name");
  EXPECT_TRUE(absent.error().no_such_name);
  const ResolveResult broken = Ask("broken.test");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().text, "broken.test: every name server failed or was out of reach");
  EXPECT_FALSE(broken.error().no_such_name);
  const ResolveResult empty = Ask("empty.test");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().text, "empty.test: the name has no address of this family");
  EXPECT_TRUE(empty.error().no_such_name);

  server_.answers["gone.test"].addresses = {Ip("192.0.2.1")};
  EXPECT_FALSE(Ask("gone.test"));
  now_ += 5s;
  EXPECT_TRUE(Ask("gone.test"));
}

TEST_F(ResolverTest, SilenceEndsAfterTheTries) {
  Restart({.timeout = 20ms, .tries = 2});
  server_.answers["silent.test"].silent = true;
  const ResolveResult result = Ask("silent.test");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "silent.test: no name server answered in time");
  EXPECT_FALSE(result.error().no_such_name);
  EXPECT_EQ(server_.queries["silent.test A"], 2);
  EXPECT_EQ(resolver_->pending(), 0u);
}

TEST_F(ResolverTest, AnUnreachableServerIsAnError) {
  ResolverOptions options;
  {
    auto closed = UdpSocket::Open(IpFamily::kIpv4, {Ip("127.0.0.1"), 0}, {}).value();
    options.servers = "127.0.0.1:" + std::to_string(closed->local_port());
  }
  resolver_ = Resolver::Create(loop_.get(), options).value();
  EXPECT_THAT(Texts(Ask("vpn.test")),
              ElementsAre("vpn.test: every name server failed or was out of reach"));
}

TEST_F(ResolverTest, KeepsSixteenAddressesOfBothFamilies) {
  auto& addresses = server_.answers["many.test"].addresses;
  for (int i = 99; i >= 0; --i) {
    addresses.push_back(Ip("192.0.2." + std::to_string(i)));
    addresses.push_back(Ip("2001:db8::1" + std::to_string(i)));
  }
  const ResolveResult v4 = Ask("many.test", IpFamily::kIpv4);
  ASSERT_TRUE(v4);
  ASSERT_EQ(v4->addresses.size(), 16u);
  EXPECT_EQ(ToString(v4->addresses.front()), "192.0.2.0");
  EXPECT_EQ(ToString(v4->addresses.back()), "192.0.2.15");
  const ResolveResult both = Ask("many.test", IpFamily::kAny);
  ASSERT_TRUE(both);
  ASSERT_EQ(both->addresses.size(), 16u);
  EXPECT_TRUE(both->addresses[7].is_v6());
  EXPECT_EQ(ToString(both->addresses[8]), "192.0.2.0");

  addresses.resize(4);  // two of each
  addresses.insert(addresses.end(), 30, Ip("192.0.2.200"));
  for (int i = 0; i < 30; ++i) addresses.push_back(Ip("198.51.100." + std::to_string(i)));
  resolver_->FlushCache();
  const ResolveResult few_v6 = Ask("many.test", IpFamily::kAny);
  ASSERT_EQ(few_v6->addresses.size(), 16u);
  EXPECT_TRUE(few_v6->addresses[1].is_v6());
  EXPECT_TRUE(few_v6->addresses[2].is_v4());
}

TEST_F(ResolverTest, OneQueryForAllWhoAsk) {
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.1")};
  server_.hold = true;
  int calls = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto lookup = resolver_->Resolve("vpn.test", IpFamily::kIpv4,
                                           [&](const ResolveResult& r) { calls += r.has_value(); });
    EXPECT_NE(lookup, 0u);
  }
  RunUntil([&] { return server_.held() > 0; });
  EXPECT_EQ(resolver_->pending(), 1u);
  server_.Release();
  RunUntil([&] { return calls == 1000; });
  EXPECT_EQ(calls, 1000);
  EXPECT_EQ(server_.queries["vpn.test A"], 1);
}

TEST_F(ResolverTest, AsksOnlySoManyAtOnce) {
  Restart({.max_queries = 10});
  server_.hold = true;
  int calls = 0;
  for (int i = 0; i < 100; ++i) {
    resolver_->Resolve("n" + std::to_string(i) + ".test", IpFamily::kIpv4,
                       [&](const ResolveResult&) { ++calls; });
  }
  EXPECT_EQ(resolver_->pending(), 100u);
  RunUntil([&] { return server_.held() >= 10; });
  RunIdle();
  EXPECT_EQ(server_.held(), 10u);
  server_.Release();
  RunUntil([&] { return calls == 100; });
  EXPECT_EQ(calls, 100);
  EXPECT_EQ(resolver_->pending(), 0u);
}

TEST_F(ResolverTest, NamesWithoutAnAnswerDoNotHoldUpOthers) {
  Restart({.max_queries = 10, .timeout = 1h});
  for (int i = 0; i < 25; ++i) {
    const std::string name = "silent" + std::to_string(i) + ".test";
    server_.answers[name].silent = true;
    resolver_->Resolve(name, IpFamily::kIpv4, [](const ResolveResult&) { FAIL(); });
  }
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.1")};
  std::optional<ResolveResult> answer;
  resolver_->Resolve("vpn.test", IpFamily::kIpv4, [&](const auto& result) { answer = result; });
  RunIdle();
  EXPECT_FALSE(answer);
  RunUntil([&] {
    now_ += 10ms;
    return answer.has_value();
  });
  ASSERT_TRUE(answer);
  EXPECT_THAT(Texts(*answer), ElementsAre("192.0.2.1"));
}

TEST_F(ResolverTest, CancelledCallbacksAreNotCalled) {
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.1")};
  bool kept = false;
  Resolver::LookupId second = 0;
  const auto first =
      resolver_->Resolve("vpn.test", IpFamily::kIpv4, [](const ResolveResult&) { FAIL(); });
  resolver_->Resolve("vpn.test", IpFamily::kIpv4, [&](const ResolveResult&) {
    kept = true;
    resolver_->Cancel(second);  // of the same answer
  });
  second = resolver_->Resolve("vpn.test", IpFamily::kIpv4, [](const ResolveResult&) { FAIL(); });
  resolver_->Cancel(first);
  resolver_->Cancel(12345);
  RunUntil([&] { return kept; });
  RunIdle();
  EXPECT_TRUE(kept);
}

TEST_F(ResolverTest, CallbacksMayAskAndFlush) {
  server_.answers["a.test"].addresses = {Ip("192.0.2.1")};
  server_.answers["b.test"].addresses = {Ip("192.0.2.2")};
  int calls = 0;
  resolver_->Resolve("a.test", IpFamily::kIpv4, [&](const ResolveResult&) {
    resolver_->FlushCache();
    for (const char* name : {"a.test", "b.test"}) {
      resolver_->Resolve(name, IpFamily::kIpv4, [&](const ResolveResult& r) {
        EXPECT_TRUE(r);
        ++calls;
      });
    }
  });
  RunUntil([&] { return calls == 2; });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(server_.queries["a.test A"], 2);
}

TEST_F(ResolverTest, FlushForgetsAnswersAndAsksAnewWhatIsUnderWay) {
  server_.answers["vpn.test"].addresses = {Ip("192.0.2.1")};
  Ask("vpn.test");
  resolver_->FlushCache();
  server_.hold = true;
  int calls = 0;
  resolver_->Resolve("vpn.test", IpFamily::kIpv4, [&](const ResolveResult& r) {
    EXPECT_THAT(Texts(r), ElementsAre("192.0.2.1"));
    ++calls;
  });
  RunUntil([&] { return server_.held() == 1; });
  resolver_->FlushCache();
  RunUntil([&] { return server_.held() == 2; });
  server_.Release();
  RunUntil([&] { return calls > 0; });
  RunIdle();
  EXPECT_EQ(calls, 1);
}

TEST_F(ResolverTest, DestructionForgetsWhoWaits) {
  server_.hold = true;
  resolver_->Resolve("vpn.test", IpFamily::kAny, [](const ResolveResult&) { FAIL(); });
  RunUntil([&] { return server_.held() == 2; });
  resolver_.reset();
  server_.Release();
  RunIdle();
}

TEST_F(ResolverTest, TheHostsFileIsRespected) {
  const ResolveResult result = Ask("localhost");
  EXPECT_THAT(Texts(result), ElementsAre("127.0.0.1"));
  EXPECT_TRUE(server_.queries.empty());
}

TEST(Resolver, RefusesBadServers) {
  auto loop = EventLoop::Create().value();
  const auto resolver = Resolver::Create(loop.get(), {.servers = "not a server"});
  ASSERT_FALSE(resolver);
  EXPECT_THAT(resolver.error(), ::testing::StartsWith("cannot start name resolution: "));
}

}  // namespace
}  // namespace exporter::net
