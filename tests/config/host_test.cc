#include "config/host.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include <string>

#include "config/idn.h"

namespace config {
namespace {

ike::IpAddress Ip(const std::string& text) { return ParseIpAddress(text).value(); }

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

TEST(ParseIpAddress, RefusesWhatOthersReadDifferently) {
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
                           "fe80::1%no such link",
                           "fe80::1%a/b",
                           "fe80::1%sixteen-letters-",
                           "fe80::1%0",
                           "2001:db8::1%1",
                           "192.0.2.1%1",
                           "fe80::1%1%1",
                           "fe80::1%-1",
                           "::1.2.3"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
  EXPECT_FALSE(ParseIpAddress(std::string_view("192.0.2.1\0", 10)));
  EXPECT_FALSE(ParseIpAddress(std::string_view("fe80::1%lo\0", 11)));
  EXPECT_FALSE(ParseIpAddress(std::string(10000, '1')));
}

TEST(ParseIpAddress, TakesZonesByNameAndIndex) {
  const uint32_t loopback = if_nametoindex("lo");
  ASSERT_GT(loopback, 0u);
  EXPECT_EQ(Ip("fe80::1%lo").scope_id, loopback);
  EXPECT_EQ(Ip("fe80::1%" + std::to_string(loopback)), Ip("fe80::1%lo"));
  EXPECT_EQ(Ip("ff02::1%lo").scope_id, loopback);
  EXPECT_EQ(if_nametoindex("no-such-link"), 0u);
  EXPECT_NE(Ip("fe80::1%no-such-link").scope_id, 0u) << "it may come";
  EXPECT_TRUE(IsHost("fe80::1%no-such-link"));
}

TEST(IsHostName, TakesLettersOfAnyScript) {
  EXPECT_TRUE(IsHostName("b\u00fccher.example"));
  EXPECT_TRUE(IsHost("b\u00fccher.example."));
  EXPECT_FALSE(IsDnsName("b\u00fccher.example"));
  EXPECT_EQ(ToAscii("b\u00fccher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(ToAscii("stra\u00dfe.example"), "xn--strae-oqa.example") << "IDNA 2008";
  EXPECT_EQ(ToAscii("Plain.Example"), "Plain.Example");
  EXPECT_EQ(CanonicalName("B\u00dcCHER.example."), "xn--bcher-kva.example");
  const std::string with_nul("b\u00fc\0cher.example", 16);
  for (const std::string& none :
       {std::string("b\xfc"
                    "cher.example"),
        with_nul, std::string("b\u00fc cher.example"), std::string("\u00fc..example")}) {
    EXPECT_FALSE(IsHostName(none)) << none;
  }
  EXPECT_EQ(ParseHostPort("b\u00fccher.example:4500")->host, "b\u00fccher.example");
}

TEST(ParseHostPort, AUrlIsToldApart) {
  const auto url = ParseHostPort("udp://vpn.example:500");
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().find("is a URL"), std::string::npos) << url.error();
  EXPECT_NE(url.error().find("HOST:PORT"), std::string::npos) << url.error();
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

TEST(Network, ContainsItsAddresses) {
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
      {"fe80::/10", "fe80::1%7", "fec0::1"},
      {"fe80::1%7", "fe80::1%7", "fe80::1%8"},
  };
  for (const auto& c : kCases) {
    const auto block = ParseNetwork(c.block);
    ASSERT_TRUE(block) << c.block;
    EXPECT_TRUE(block->Contains(Ip(c.inside))) << c.block << " " << c.inside;
    EXPECT_FALSE(block->Contains(Ip(c.outside))) << c.block << " " << c.outside;
  }
  for (const char* text : {"", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24", "::1/129",
                           "192.0.2.0/024", "192.0.2.0/-1", "a/8", "fe80::%lo/64", "1.2/16"}) {
    EXPECT_FALSE(ParseNetwork(text)) << text;
  }
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
      {std::string("a\0b", 3), "\"a\\x00b\" is neither a host name nor an IP address"},
  };
  for (const auto& c : kCases) {
    const auto parsed = ParseHostPort(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error(), c.error);
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
