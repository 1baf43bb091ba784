#include "exporter/net/address.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include <string>

namespace exporter::net {
namespace {

ike::IpAddress Ip(std::string_view text) { return ParseIp(text).value(); }

TEST(ParseIp, RoundTripsCanonicalText) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "::ffff:192.0.2.1", "fe80::1%4000000000"}) {
    const auto address = ParseIp(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(ToString(*address), text);
  }
  EXPECT_EQ(ToString(ike::IpAddress{}), "");
}

TEST(ParseIp, RefusesWhatOthersReadDifferently) {
  for (const char* text : {"",
                           "1",
                           "1.2",
                           "1.2.3",
                           "1.2.3.4.5",
                           "0177.0.0.1",
                           "127.0.0.01",
                           "0x7f.0.0.1",
                           "2130706433",
                           "256.0.0.1",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "+1.2.3.4",
                           "1.2.3.4/32",
                           "[::1]",
                           "1::2::3",
                           ":::",
                           "12345::",
                           "::1%",
                           "fe80::1%",
                           "fe80::1%no-such-link",
                           "fe80::1%0",
                           "2001:db8::1%1",
                           "192.0.2.1%1",
                           "fe80::1%1%1",
                           "fe80::1%-1",
                           "::1.2.3"}) {
    EXPECT_FALSE(ParseIp(text)) << text;
  }
  EXPECT_FALSE(ParseIp(std::string_view("192.0.2.1\0", 10)));
  EXPECT_FALSE(ParseIp(std::string_view("fe80::1%lo\0", 11)));
  EXPECT_FALSE(ParseIp(std::string(10000, '1')));
}

TEST(ParseIp, TakesZonesByNameAndIndex) {
  const uint32_t loopback = if_nametoindex("lo");
  ASSERT_GT(loopback, 0u);
  EXPECT_EQ(Ip("fe80::1%lo").scope_id, loopback);
  EXPECT_EQ(Ip("fe80::1%" + std::to_string(loopback)), Ip("fe80::1%lo"));
  EXPECT_EQ(ToString(Ip("fe80::1%lo")), "fe80::1%lo");
  EXPECT_EQ(Ip("ff02::1%lo").scope_id, loopback);
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

TEST(ParseHostPort, TakesEveryForm) {
  const struct {
    const char* text;
    HostPort expected;
  } kCases[] = {
      {"vpn.example.com", {"vpn.example.com", std::nullopt}},
      {"vpn.example.com:4500", {"vpn.example.com", 4500}},
      {"192.0.2.1", {"192.0.2.1", std::nullopt}},
      {"192.0.2.1:1", {"192.0.2.1", 1}},
      {"2001:db8::1", {"2001:db8::1", std::nullopt}},
      {"::1", {"::1", std::nullopt}},
      {"[2001:db8::1]", {"2001:db8::1", std::nullopt}},
      {"[2001:db8::1]:65535", {"2001:db8::1", 65535}},
      {"[fe80::1%lo]:500", {"fe80::1%lo", 500}},
      {"fe80::1%lo", {"fe80::1%lo", std::nullopt}},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseHostPort(c.text);
    ASSERT_TRUE(parsed) << c.text << ": " << parsed.error();
    EXPECT_EQ(*parsed, c.expected) << c.text;
  }
}

TEST(ParseHostPort, SaysWhatIsWrong) {
  const struct {
    std::string text;
    const char* error;
  } kCases[] = {
      {"", "the host is empty"},
      {"host:", "\"\" is not a port between 1 and 65535"},
      {"host:0", "\"0\" is not a port between 1 and 65535"},
      {"host:65536", "\"65536\" is not a port between 1 and 65535"},
      {"host:0500", "\"0500\" is not a port between 1 and 65535"},
      {"host:+5", "\"+5\" is not a port between 1 and 65535"},
      {"host:99999999999999999999", "\"99999999999999999999\" is not a port between 1 and 65535"},
      {"[::1", "\"[::1\" lacks the closing bracket"},
      {"[192.0.2.1]", "\"192.0.2.1\" in brackets is no IPv6 address"},
      {"[]", "\"\" in brackets is no IPv6 address"},
      {"[::1]500", "\"[::1]500\" is neither a host name nor an IP address"},
      {":500", "\":500\" is neither a host name nor an IP address"},
      {"2130706433", "\"2130706433\" is neither a host name nor an IP address"},
      {"0177.1:500", "\"0177.1:500\" is neither a host name nor an IP address"},
      {"a b", "\"a b\" is neither a host name nor an IP address"},
      {std::string("a\0b", 3), "\"a?b\" is neither a host name nor an IP address"},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseHostPort(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error(), c.error);
  }
}

TEST(IsHostName, KeepsToNames) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  for (const std::string& name :
       {std::string("a"), std::string("vpn-1.example.com"), std::string("_ike.example"),
        std::string("1.example.com"), std::string("3com"), std::string("example.com."), label,
        longest, std::string("0xg"), std::string("xn--bcher-kva.example")}) {
    EXPECT_TRUE(IsHostName(name)) << name;
  }
  for (const std::string& name : {std::string(""),
                                  std::string("."),
                                  std::string("a..b"),
                                  std::string(".a"),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("a-.b"),
                                  label + "a",
                                  longest + "a",
                                  std::string("a:b"),
                                  std::string("a/b"),
                                  std::string("b\xc3\xbc"
                                              "cher"),
                                  std::string("a@b"),
                                  std::string("2130706433"),
                                  std::string("0177.1"),
                                  std::string("1.2.3"),
                                  std::string("127.1."),
                                  std::string("0x7f000001"),
                                  std::string("a.0x"),
                                  std::string("a.0X7F"),
                                  std::string("a\0b", 3),
                                  std::string("a\n"),
                                  std::string("a%b")}) {
    EXPECT_FALSE(IsHostName(name)) << name;
  }
}

TEST(Normalize, UnwrapsMappedAddressesOnly) {
  EXPECT_EQ(Normalize(Ip("::ffff:192.0.2.1")), Ip("192.0.2.1"));
  EXPECT_EQ(Normalize(Ip("::192.0.2.1")), Ip("::192.0.2.1"));
  EXPECT_EQ(Normalize(Ip("192.0.2.1")), Ip("192.0.2.1"));
}

TEST(Kinds, AreSeenThroughTheMapping) {
  const struct {
    const char* text;
    const char* kinds;  // loopback, link-local, multicast, unspecified, broadcast
  } kCases[] = {
      {"127.0.0.1", "l----"},
      {"127.255.255.254", "l----"},
      {"::1", "l----"},
      {"::ffff:127.0.0.1", "l----"},
      {"128.0.0.1", "-----"},
      {"::2", "-----"},
      {"169.254.0.1", "-k---"},
      {"fe80::1", "-k---"},
      {"febf::1", "-k---"},
      {"fec0::1", "-----"},
      {"169.253.0.1", "-----"},
      {"::ffff:169.254.1.1", "-k---"},
      {"224.0.0.1", "--m--"},
      {"239.255.255.255", "--m--"},
      {"ff02::1", "--m--"},
      {"240.0.0.1", "-----"},
      {"::ffff:224.0.0.1", "--m--"},
      {"0.0.0.0", "---u-"},
      {"0.1.2.3", "---u-"},
      {"::", "---u-"},
      {"::ffff:0.0.0.0", "---u-"},
      {"255.255.255.255", "----b"},
      {"::ffff:255.255.255.255", "----b"},
      {"255.255.255.254", "-----"},
      {"192.0.2.1", "-----"},
      {"2001:db8::1", "-----"},
  };
  for (const auto& c : kCases) {
    const ike::IpAddress address = Ip(c.text);
    std::string kinds = "-----";
    if (IsLoopback(address)) kinds[0] = 'l';
    if (IsLinkLocal(address)) kinds[1] = 'k';
    if (IsMulticast(address)) kinds[2] = 'm';
    if (IsUnspecified(address)) kinds[3] = 'u';
    if (IsBroadcast(address)) kinds[4] = 'b';
    EXPECT_EQ(kinds, c.kinds) << c.text;
  }
  const ike::IpAddress none;
  EXPECT_FALSE(IsLoopback(none) || IsLinkLocal(none) || IsMulticast(none) || IsUnspecified(none) ||
               IsBroadcast(none));
}

TEST(Cidr, ContainsItsAddresses) {
  const struct {
    const char* block;
    const char* inside;
    const char* outside;
  } kCases[] = {
      {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
      {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
      {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
      {"192.0.2.1/32", "::ffff:192.0.2.1", "192.0.2.0"},
      {"0.0.0.0/0", "255.255.255.255", "::1"},
      {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
      {"::1", "::1", "::2"},
      {"::/0", "2001:db8::1", "192.0.2.1"},
      {"::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"},
  };
  for (const auto& c : kCases) {
    const auto block = Cidr::Parse(c.block);
    ASSERT_TRUE(block) << c.block;
    EXPECT_TRUE(block->Contains(Ip(c.inside))) << c.block << " " << c.inside;
    EXPECT_FALSE(block->Contains(Ip(c.outside))) << c.block << " " << c.outside;
  }
  for (const char* text : {"", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24", "::1/129",
                           "192.0.2.0/024", "192.0.2.0/-1", "a/8", "fe80::%lo/64", "1.2/16"}) {
    EXPECT_FALSE(Cidr::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace exporter::net
