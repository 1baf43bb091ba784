#include "probes/algorithms/vendor_ids.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>

#include "tests/support/hex.h"

namespace ike {
namespace {

using test::FromHex;
using test::ToHex;

Bytes Text(std::string_view text) { return Bytes(text.begin(), text.end()); }

Bytes Md5(std::string_view text) {
  Bytes digest(16);
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  return digest;
}

struct Known {
  Bytes body;
  const char* name;
  const char* implementation;
  const char* version;
};

TEST(VendorIds, UnknownOnesMaySpeakForThemselves) {
  const auto text = [](std::string_view id) {
    return VendorIdText({reinterpret_cast<const uint8_t*>(id.data()), id.size()});
  };
  EXPECT_EQ(text("Acme VPN <7.1>"), "Acme VPN <7.1>");
  EXPECT_EQ(text(std::string_view("Acme\0\0", 6)), "Acme");
  EXPECT_EQ(text("abc"), "") << "as likely a number";
  EXPECT_EQ(text("Acme\n7"), "");
  EXPECT_EQ(text("Acme\xc3\xa4"), "");
  EXPECT_EQ(text(""), "");
}

TEST(VendorIds, KnownOnes) {
  const Known known[] = {
      {Md5("strongSwan"), "strongSwan", "strongSwan", ""},
      {Md5("strongSwan 5.0.2"), "strongSwan 5.0.2", "strongSwan", "5.0.2"},
      {FromHex("afcad71368a1f1c96b8696fc77570100"), "Dead Peer Detection", "", "1.0"},
      {FromHex("afcad71368a1f1c96b8696fc77570203"), "Dead Peer Detection", "", "2.3"},
      {FromHex("12f5f28c457168a9702d9fe274cc0100"), "Cisco Unity", "", "1.0"},
      {FromHex("1f07f70eaa6514d3b0fa96542a500407"), "Cisco VPN 3000 Series", "Cisco", "4.0.7"},
      {FromHex("1f07f70eaa6514d3b0fa96542a500305"), "Cisco VPN 3000 Series", "Cisco", "3.0.5"},
      {FromHex("4048b7d56ebce88525e7de7f00d6c2d3"), "FRAGMENTATION", "", ""},
      {FromHex("4048b7d56ebce88525e7de7f00d6c2d380000000"), "FRAGMENTATION", "", ""},
      {FromHex("4048b7d56ebce88525e7de7f00d6c2d3c0000000"), "FRAGMENTATION", "", ""},
      {FromHex("09002689dfd6b712"), "XAUTH", "", ""},
      {Md5("RFC 3947"), "RFC 3947", "", ""},
      {Text("OpenIKED-7.4"), "OpenIKED", "OpenIKED", "7.4"},
      {Text("OE-Libreswan-4.10"), "Libreswan", "libreswan", "4.10"},
      {FromHex("8299031757a36082c6a621de000502e0"), "Fortigate (Fortinet)", "Fortinet FortiGate",
       "5 build 736"},
      {FromHex("1e2b516905991c7d7c96fcbfb587e46100000009"),
       "Windows 8, 8.1, 10, Server 2012 R2, Server 2016", "Microsoft Windows", ""},
      {FromHex("1e2b516905991c7d7c96fcbfb587e4610000000b"), "MS NT5 ISAKMPOAKLEY",
       "Microsoft Windows", "11"},
      {FromHex("4f4576795c6b677a57715c73"), "Openswan 2.6.38", "Openswan", "2.6.38"},
      {FromHex("699369228741c6d4ca094c93e242c9de19e7b7c60000000500000500"), "Netscreen-06",
       "Juniper", ""},
      {FromHex("4865617274426561745f4e6f74696679386b0100"), "HeartBeat Notify", "", ""},
      {Text("123456789Teldat"), "Teldat", "Teldat", ""},
  };
  for (const Known& expected : known) {
    const auto match = MatchVendorId(expected.body);
    ASSERT_TRUE(match) << expected.name;
    EXPECT_EQ(match->name, expected.name);
    EXPECT_EQ(match->implementation, expected.implementation) << expected.name;
    EXPECT_EQ(match->version, expected.version) << expected.name;
  }
}

TEST(VendorIds, TheLongestPrefixWins) {
  const std::string base = "f4ed19e0c114eb516faaac0ee37daf2807b4381f";
  EXPECT_EQ(MatchVendorId(FromHex(base + "00000001000013890000000000000000"))->name,
            "Firewall-1 NG FP1");
  EXPECT_EQ(MatchVendorId(FromHex(base + "0000000199999999"))->name,
            "Check Point VPN-1 / Firewall-1");
}

// NGX carries a time and then zeros; without them the shorter prefix is all that is known.
TEST(VendorIds, CheckPointNgxNeedsItsTail) {
  const std::string ngx = "f4ed19e0c114eb516faaac0ee37daf2807b4381f000000010000138d";
  EXPECT_EQ(MatchVendorId(FromHex(ngx + "4a5b6c7d0000000018800000"))->name,
            "Firewall-1 NGX or later");
  EXPECT_EQ(MatchVendorId(FromHex(ngx + "0000000000000000"))->name, "Firewall-1 NG AI R55");
  EXPECT_EQ(MatchVendorId(FromHex(ngx + "4a5b6c7d00000001"))->name,
            "Check Point VPN-1 / Firewall-1");
  EXPECT_EQ(MatchVendorId(FromHex(ngx))->name, "Check Point VPN-1 / Firewall-1");
}

TEST(VendorIds, ShortPrefixesNeed12PrintableBytes) {
  EXPECT_EQ(MatchVendorId(Text("OEabcdefghij"))->name, "FreeS/WAN or Openswan");
  EXPECT_EQ(MatchVendorId(Text("OENbcdefghij"))->implementation, "libreswan");
  EXPECT_EQ(MatchVendorId(Text("OSWbcdefghij"))->implementation, "Openswan");
  EXPECT_FALSE(MatchVendorId(Text("OEabcdefghi")));
  EXPECT_FALSE(MatchVendorId(Text("OEabcdefghijk")));
  EXPECT_FALSE(MatchVendorId(FromHex("4f4501020304050607080910")));
}

TEST(VendorIds, TheUnknownAreUnknown) {
  EXPECT_FALSE(MatchVendorId({}));
  EXPECT_FALSE(MatchVendorId(FromHex("00")));
  EXPECT_FALSE(MatchVendorId(Bytes(65535, 0xff)));
  EXPECT_FALSE(MatchVendorId(FromHex("afcad71368a1f1c9")));                  // less than the prefix
  EXPECT_FALSE(MatchVendorId(FromHex("013f11823f966fa91900f024ba66a86b")));  // a known misprint
}

TEST(VendorIds, VersionsArePrintableAndShort) {
  const auto match = MatchVendorId(Text("OpenIKED-7\n{x=\"1\"}"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->version, "7");
  EXPECT_LE(MatchVendorId(Text("OpenIKED" + std::string(300, 'x')))->version.size(), 32u);
}

TEST(VendorIds, NatTraversal) {
  EXPECT_TRUE(IsNatTraversalVendorId(Md5("RFC 3947")));
  EXPECT_TRUE(IsNatTraversalVendorId(Md5("draft-ietf-ipsec-nat-t-ike-02\n")));
  EXPECT_TRUE(IsNatTraversalVendorId(Md5("draft-ietf-ipsec-nat-t-ike-00")));
  EXPECT_FALSE(IsNatTraversalVendorId(FromHex("afcad71368a1f1c96b8696fc77570100")));
  EXPECT_FALSE(IsNatTraversalVendorId({}));
}

// Ids that are MD5 of their own name: each row is recomputed, so that a slip in the table shows.
TEST(VendorIds, HashedNamesHashToTheirPrefix) {
  for (const char* name :
       {"strongSwan 5.1.0rc1", "strongSwan 4.3.7", "strongSwan 2.7.0", "SSH Sentinel",
        "SSH Communications Security IPSEC Express version 5.0.0", "draft-ietf-ipsec-nat-t-ike-03",
        "draft-ietf-ipsec-nat-t-ike-08", "draft-stenberg-ipsec-nat-traversal-01", "ESPThruNAT"}) {
    const auto match = MatchVendorId(Md5(name));
    ASSERT_TRUE(match) << name;
    EXPECT_EQ(match->name, name);
  }
}

TEST(VendorIds, ImplementationsAreAFixedListWithUnknownFirst) {
  const auto all = Implementations();
  EXPECT_EQ(all.front(), "unknown");
  EXPECT_EQ(std::ranges::count(all, "libreswan"), 1);
  for (std::string_view name : all) EXPECT_EQ(std::ranges::count(all, name), 1) << name;
}

}  // namespace
}  // namespace ike
