#include "probes/target.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace ike {
namespace {

IpAddress V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  IpAddress address;
  address.octets = {a, b, c, d};
  address.size = 4;
  return address;
}

TEST(Transport, DefaultPorts) {
  EXPECT_EQ(DefaultPort(Transport::kUdp), 500);
  EXPECT_EQ(DefaultPort(Transport::kUdpEncap), 4500);
  EXPECT_EQ(DefaultPort(Transport::kTcp), 4500);
  EXPECT_EQ(DefaultPort(Transport::kTcpRaw), 500);
}

TEST(Transport, NamesAndStreams) {
  EXPECT_EQ(TransportName(Transport::kUdp), "udp");
  EXPECT_EQ(TransportName(Transport::kTcpRaw), "tcp-raw");
  EXPECT_TRUE(IsTcp(Transport::kTcp));
  EXPECT_TRUE(IsTcp(Transport::kTcpRaw));
  EXPECT_FALSE(IsTcp(Transport::kUdpEncap));
}

TEST(ProbeSettings, VersionsThatAreProbed) {
  ProbeSettings settings;
  settings.ikev1 = false;
  EXPECT_FALSE(settings.probes(IkeVersion::kV1));
  EXPECT_TRUE(settings.probes(IkeVersion::kV2));
}

// RFC 9329 is of IKEv2.
TEST(ProbeSettings, OverTcpIkev1IsProbedOnlyWhereItIsNamed) {
  for (const Transport transport : {Transport::kTcp, Transport::kTcpRaw}) {
    ProbeSettings settings;
    settings.transport = transport;
    EXPECT_FALSE(settings.probes(IkeVersion::kV1));
    EXPECT_TRUE(settings.probes(IkeVersion::kV2));
    settings.ikev1_named = true;
    EXPECT_TRUE(settings.probes(IkeVersion::kV1));
    settings.ikev1 = false;
    EXPECT_FALSE(settings.probes(IkeVersion::kV1));
  }
}

// The neighbours of a network have to spread over a hash table.
TEST(IpAddress, HashesOfNeighboursDiffer) {
  std::unordered_set<size_t> hashes;
  for (int c = 0; c < 256; ++c) {
    for (int d = 0; d < 256; ++d) {
      hashes.insert(
          std::hash<IpAddress>{}(V4(10, 0, static_cast<uint8_t>(c), static_cast<uint8_t>(d))));
    }
  }
  EXPECT_EQ(hashes.size(), 65536u);
}

TEST(IpAddress, FamiliesAreNotEqual) {
  IpAddress v6;
  v6.octets = {10, 0, 0, 1};
  v6.size = 16;
  EXPECT_TRUE(V4(10, 0, 0, 1).is_v4());
  EXPECT_FALSE(v6.is_v4());
  EXPECT_NE(V4(10, 0, 0, 1), v6);
}

TEST(AddressFamily, AnyTakesBoth) {
  IpAddress v6;
  v6.size = 16;
  for (AddressFamily family : {AddressFamily::kAny, AddressFamily::kIpv4}) {
    EXPECT_TRUE(IsOfFamily(V4(192, 0, 2, 1), family));
  }
  for (AddressFamily family : {AddressFamily::kAny, AddressFamily::kIpv6}) {
    EXPECT_TRUE(IsOfFamily(v6, family));
  }
  EXPECT_FALSE(IsOfFamily(V4(192, 0, 2, 1), AddressFamily::kIpv6));
  EXPECT_FALSE(IsOfFamily(v6, AddressFamily::kIpv4));
}

TEST(ProbeSettings, ASourceAddressLeavesItsOwnFamilyOnly) {
  ProbeSettings settings;
  EXPECT_EQ(settings.family_to_probe(), AddressFamily::kAny);
  settings.source_address = V4(192, 0, 2, 1);
  EXPECT_EQ(settings.family_to_probe(), AddressFamily::kIpv4);
  settings.source_address.size = 16;
  EXPECT_EQ(settings.family_to_probe(), AddressFamily::kIpv6);
  settings.address_family = AddressFamily::kIpv4;
  EXPECT_EQ(settings.family_to_probe(), AddressFamily::kIpv4) << "what was asked for goes first";
}

}  // namespace
}  // namespace ike
