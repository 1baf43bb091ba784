#include "config/host.h"

#include <gtest/gtest.h>

#include <string>

namespace config {
namespace {

TEST(ParseIpAddress, ReadsBothFamilies) {
  const auto v4 = ParseIpAddress("192.0.2.1");
  ASSERT_TRUE(v4);
  EXPECT_EQ(*v4, ike::IpAddress::V4(192, 0, 2, 1));
  const auto v6 = ParseIpAddress("2001:db8::1");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->is_v6());
  EXPECT_EQ(v6->octets[0], 0x20);
  EXPECT_EQ(v6->octets[15], 1);
  EXPECT_EQ(v6->scope_id, 0u);
}

TEST(ParseIpAddress, ReadsZonesByNumberAndName) {
  const auto numbered = ParseIpAddress("fe80::1%7");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->scope_id, 7u);
  const auto named = ParseIpAddress("fe80::1%lo");
  ASSERT_TRUE(named);
  EXPECT_NE(named->scope_id, 0u);
  EXPECT_FALSE(ParseIpAddress("fe80::1%"));
  EXPECT_FALSE(ParseIpAddress("fe80::1%no-such-interface"));
  EXPECT_FALSE(ParseIpAddress("192.0.2.1%lo"));
  EXPECT_FALSE(ParseIpAddress("2001:db8::1%lo")) << "a zone is for addresses of a link";
  EXPECT_FALSE(ParseIpAddress("fe80::1%01"));
}

TEST(ParseIpAddress, RefusesTheRest) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1.", "0x7f.1", "[::1]",
                           "::1::", "1:2", "192.0.2.1/32", " 192.0.2.1", "vpn.example.com"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
  EXPECT_FALSE(ParseIpAddress(std::string_view("192.0.2.1\0x", 11)));
}

TEST(IsDnsName, FollowsRfc1123WithUnderscores) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  for (const std::string& name :
       {std::string("a"), std::string("vpn.example.com"), std::string("vpn.example.com."),
        std::string("xn--kln-sna.example"), std::string("_ike._udp.example.com"),
        std::string("3com.com"), std::string("1.2.3.4a"), label, longest}) {
    EXPECT_TRUE(IsDnsName(name)) << name;
  }
  for (const std::string& name : {std::string(),
                                  std::string("."),
                                  std::string("a..b"),
                                  std::string(".a"),
                                  std::string("-a.b"),
                                  std::string("a-.b"),
                                  std::string("a b"),
                                  std::string("köln.de"),
                                  std::string("1.2.3.4"),
                                  std::string("256.1.1.1"),
                                  std::string("12345"),
                                  std::string("0x7f000001"),
                                  std::string("127.0x1"),
                                  std::string("0x7f.1."),
                                  std::string("gateway.0x1"),
                                  std::string("0x"),
                                  std::string("a:500"),
                                  std::string("a/b"),
                                  label + "a",
                                  longest + "b",
                                  std::string("a\0b", 3)}) {
    EXPECT_FALSE(IsDnsName(name)) << name;
  }
}

TEST(ParseNetwork, ReadsBlocksAndAddresses) {
  const auto block = ParseNetwork("192.0.2.128/25");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->address, ike::IpAddress::V4(192, 0, 2, 128));
  EXPECT_EQ(block->prefix_length, 25);
  EXPECT_EQ(ParseNetwork("192.0.2.1")->prefix_length, 32);
  EXPECT_EQ(ParseNetwork("2001:db8::1")->prefix_length, 128);
  EXPECT_EQ(ParseNetwork("0.0.0.0/0")->prefix_length, 0);
  EXPECT_EQ(ParseNetwork("::/0")->prefix_length, 0);
}

TEST(ParseNetwork, RefusesWrongPrefixesAndHostBits) {
  for (const char* text :
       {"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2.0/+24", "192.0.2.0/24/24",
        "192.0.2.0/256", "2001:db8::/129", "/24", "example/24", "192.0.2.1/24", "2001:db8::1/64"}) {
    EXPECT_FALSE(ParseNetwork(text)) << text;
  }
  EXPECT_TRUE(HasHostBits("192.0.2.1/24"));
  EXPECT_FALSE(HasHostBits("192.0.2.0/24"));
  EXPECT_FALSE(HasHostBits("192.0.2.1/99"));
}

TEST(IsUnicast, RefusesGroupsAndNothing) {
  for (const char* text : {"192.0.2.1", "127.0.0.1", "169.254.1.1", "::1", "fe80::1", "2001:db8::1",
                           "223.255.255.255", "240.0.0.1"}) {
    EXPECT_TRUE(IsUnicast(*ParseIpAddress(text))) << text;
  }
  for (const char* text :
       {"0.0.0.0", "::", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"}) {
    EXPECT_FALSE(IsUnicast(*ParseIpAddress(text))) << text;
  }
}

TEST(ParseHostPort, ReadsEveryFormOfTheCommandLine) {
  struct Case {
    const char* text;
    const char* host;
    std::optional<uint16_t> port;
  };
  const Case cases[] = {
      {"vpn.example.com", "vpn.example.com", std::nullopt},
      {"vpn.example.com:4500", "vpn.example.com", 4500},
      {"192.0.2.1", "192.0.2.1", std::nullopt},
      {"192.0.2.1:1", "192.0.2.1", 1},
      {"2001:db8::1", "2001:db8::1", std::nullopt},
      {"[2001:db8::1]", "2001:db8::1", std::nullopt},
      {"[2001:db8::1]:65535", "2001:db8::1", 65535},
  };
  for (const Case& one : cases) {
    const auto result = ParseHostPort(one.text);
    ASSERT_TRUE(result) << one.text;
    EXPECT_EQ(result->host, one.host);
    EXPECT_EQ(result->port, one.port);
  }
}

TEST(ParseHostPort, RefusesTheRest) {
  for (const char* text :
       {"", ":", ":500", "a:", "a:0", "a:65536", "a:0500", "a:5x", "a:-1", "a:+1", "[::1", "[::1]x",
        "[::1]:", "[192.0.2.1]:500", "[a]:500", "::1]:5", "http://a", "a b", "1.2.3.4.5:500"}) {
    EXPECT_FALSE(ParseHostPort(text)) << text;
  }
}

TEST(ParseListenAddress, WantsAPort) {
  EXPECT_EQ(ParseListenAddress(":10500")->host, "");
  EXPECT_EQ(ParseListenAddress(":10500")->port, 10500);
  EXPECT_EQ(ParseListenAddress("127.0.0.1:0")->port, 0);
  EXPECT_EQ(ParseListenAddress("[::]:1")->host, "::");
  EXPECT_EQ(ParseListenAddress("localhost:1")->host, "localhost");
  for (const char* text : {"", "10500", "127.0.0.1", "::1:500", "[::1]", "a:65536", "a:", "*:80"}) {
    EXPECT_FALSE(ParseListenAddress(text)) << text;
  }
}

TEST(CanonicalName, DropsCaseAndFinalDot) {
  EXPECT_EQ(CanonicalName("VPN.Example.com."), "vpn.example.com");
  EXPECT_EQ(CanonicalName("a"), "a");
  EXPECT_EQ(CanonicalName(""), "");
}

}  // namespace
}  // namespace config
