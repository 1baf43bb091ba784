#include "exporter/limits/network_pacer.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "config/host.h"

namespace exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr ike::TimePoint kStart{std::chrono::hours(1)};

ike::IpAddress Ip(const char* text) { return *config::ParseIpAddress(text); }

// When the `count`th packet in a row may go.
ike::Duration LastOf(NetworkPacer* pacer, int count, const char* address) {
  ike::TimePoint turn = kStart;
  for (int i = 0; i < count; ++i) turn = pacer->Take(Ip(address), kStart);
  return turn - kStart;
}

TEST(NetworkPacer, WithoutARateNothingWaits) {
  NetworkPacer pacer;
  EXPECT_EQ(LastOf(&pacer, 100000, "192.0.2.1"), ike::Duration::zero());
}

TEST(NetworkPacer, FiftyMillisecondsOfTheRateGoAtOnce) {
  NetworkPacer pacer;
  pacer.set_rate(1000);
  EXPECT_EQ(LastOf(&pacer, 50, "192.0.2.1"), ike::Duration::zero());
  EXPECT_EQ(pacer.Take(Ip("192.0.2.1"), kStart) - kStart, milliseconds(1));
}

TEST(NetworkPacer, KeepsTheRateOverTime) {
  NetworkPacer pacer;
  pacer.set_rate(100);
  EXPECT_EQ(LastOf(&pacer, 1005, "192.0.2.1"), seconds(10));
}

TEST(NetworkPacer, ASlowRateIsEvenlySpaced) {
  NetworkPacer pacer;
  pacer.set_rate(2);
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), seconds(0));
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), milliseconds(500));
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), milliseconds(1000));
}

TEST(NetworkPacer, WhatWasNotUsedIsNotSaved) {
  NetworkPacer pacer;
  pacer.set_rate(100);
  EXPECT_EQ(LastOf(&pacer, 5, "192.0.2.1"), ike::Duration::zero());
  const ike::TimePoint later = kStart + std::chrono::hours(1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(pacer.Take(Ip("192.0.2.1"), later), later);
  EXPECT_EQ(pacer.Take(Ip("192.0.2.1"), later), later + milliseconds(10));
}

TEST(NetworkPacer, ASlash24AndASlash64AreOneNetwork) {
  NetworkPacer pacer;
  pacer.set_rate(1);
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), seconds(0));
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.255"), seconds(1));
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.3.1"), seconds(0));
  EXPECT_EQ(LastOf(&pacer, 1, "2001:db8:0:1::1"), seconds(0));
  EXPECT_EQ(LastOf(&pacer, 1, "2001:db8:0:1:ffff::2"), seconds(1));
  EXPECT_EQ(LastOf(&pacer, 1, "2001:db8:0:2::1"), seconds(0));
  // The first octets are those of 192.0.3.0.
  EXPECT_EQ(LastOf(&pacer, 1, "c000:300::1"), seconds(0));
}

TEST(NetworkPacer, ANewRateHoldsFromNowOn) {
  NetworkPacer pacer;
  pacer.set_rate(1);
  LastOf(&pacer, 2, "192.0.2.1");
  pacer.set_rate(1000);
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), milliseconds(2000 - 49));
}

TEST(NetworkPacer, RemembersOnlyBusyNetworks) {
  NetworkPacer pacer;
  pacer.set_rate(1);
  ike::TimePoint now = kStart;
  for (uint32_t i = 0; i < 100000; ++i) {
    now += milliseconds(100);  // ten networks are busy at a time
    const auto network = static_cast<uint8_t>(i >> 8);
    ASSERT_EQ(pacer.Take(ike::IpAddress::V4(10, network, static_cast<uint8_t>(i), 1), now), now);
  }
  EXPECT_LE(pacer.networks(), 64u);
}

TEST(NetworkPacer, FindsEachOfManyBusyNetworksAgain) {
  NetworkPacer pacer;
  pacer.set_rate(1);
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < 50000; ++i) {
      const auto network = static_cast<uint8_t>(i >> 8);
      const ike::IpAddress address = ike::IpAddress::V4(10, network, static_cast<uint8_t>(i), 1);
      ASSERT_EQ(pacer.Take(address, kStart), kStart + seconds(round)) << i;
    }
  }
  EXPECT_EQ(pacer.networks(), 50000u);
}

TEST(NetworkPacer, SeveralThreadsShareOneRate) {
  NetworkPacer pacer(true);
  pacer.set_rate(1000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pacer] { LastOf(&pacer, 2500, "192.0.2.1"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LastOf(&pacer, 1, "192.0.2.1"), seconds(10) - milliseconds(49));
}

}  // namespace
}  // namespace exporter
