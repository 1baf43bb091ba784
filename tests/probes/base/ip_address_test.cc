#include "probes/base/ip_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace ike {
namespace {

IpAddress Ip(const char* text) {
  IpAddress address;
  address.size = inet_pton(AF_INET, text, address.octets.data()) == 1 ? 4 : 16;
  if (address.is_v4()) return address;
  EXPECT_EQ(inet_pton(AF_INET6, text, address.octets.data()), 1) << text;
  return address;
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
    const IpAddress address = Ip(c.text);
    std::string kinds = "-----";
    if (IsLoopback(address)) kinds[0] = 'l';
    if (IsLinkLocal(address)) kinds[1] = 'k';
    if (IsMulticast(address)) kinds[2] = 'm';
    if (IsUnspecified(address)) kinds[3] = 'u';
    if (IsBroadcast(address)) kinds[4] = 'b';
    EXPECT_EQ(kinds, c.kinds) << c.text;
    EXPECT_EQ(IsUnicast(address), kinds.find_first_of("mub") == std::string::npos) << c.text;
  }
  const IpAddress none;
  EXPECT_FALSE(IsLoopback(none) || IsLinkLocal(none) || IsMulticast(none) || IsUnspecified(none) ||
               IsBroadcast(none));
}

TEST(SharePrefix, LooksAtSoManyBits) {
  EXPECT_TRUE(SharePrefix(Ip("192.0.2.128"), Ip("192.0.2.255"), 25));
  EXPECT_FALSE(SharePrefix(Ip("192.0.2.128"), Ip("192.0.2.127"), 25));
  EXPECT_TRUE(SharePrefix(Ip("192.0.2.1"), Ip("198.51.100.1"), 0));
  EXPECT_FALSE(SharePrefix(Ip("2001:db8::1"), Ip("2001:db8::2"), 128));
}

}  // namespace
}  // namespace ike
