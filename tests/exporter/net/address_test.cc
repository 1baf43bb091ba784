#include "exporter/net/address.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include <string>

#include "config/host.h"

namespace exporter::net {
namespace {

ike::IpAddress Ip(std::string_view text) { return config::ParseIpAddress(text).value(); }

TEST(ToString, GivesBackCanonicalText) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "::ffff:192.0.2.1", "fe80::1%4000000000"}) {
    const auto address = config::ParseIpAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(ToString(*address), text);
  }
  EXPECT_EQ(ToString(ike::IpAddress{}), "");
}

TEST(ToString, NamesZones) {
  ASSERT_GT(if_nametoindex("lo"), 0u);
  EXPECT_EQ(ToString(Ip("fe80::1%lo")), "fe80::1%lo");
}

TEST(Endpoint, TextBracketsIpv6) {
  EXPECT_EQ(ToString(ike::Endpoint{Ip("192.0.2.1"), 500}), "192.0.2.1:500");
  EXPECT_EQ(ToString(ike::Endpoint{Ip("2001:db8::1"), 4500}), "[2001:db8::1]:4500");
}

TEST(Endpoint, SurvivesSockaddr) {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "fe80::1%7"}) {
    const ike::Endpoint endpoint{Ip(text), 4500};
    sockaddr_storage storage{};
    EXPECT_GT(ToSockaddr(endpoint, &storage), 0u);
    EXPECT_EQ(FromSockaddr(storage), endpoint);
  }
  sockaddr_storage storage{};
  EXPECT_EQ(ToSockaddr(ike::Endpoint{}, &storage), 0u);
  storage.ss_family = AF_UNIX;
  EXPECT_TRUE(FromSockaddr(storage).address.empty());
}

}  // namespace
}  // namespace exporter::net
