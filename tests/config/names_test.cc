#include "config/names.h"

#include <gtest/gtest.h>

#include <string>

namespace config {
namespace {

using ike::Transport;

TEST(Names, ParseTheirOwnWordsOnly) {
  EXPECT_EQ(ParseTransport("udp-encap"), Transport::kUdpEncap);
  EXPECT_EQ(ParseTransport("UDP"), std::nullopt);
  EXPECT_EQ(ParseProposalSet("compat"), ike::ProposalSet::kCompat);
  EXPECT_EQ(ParseProposalSet(""), std::nullopt);
  EXPECT_EQ(ParseAddressFamily("ipv6"), ike::AddressFamily::kIpv6);
  EXPECT_EQ(ParseExchange("aggressive"), ike::Ikev1Mode::kAggressive);
  EXPECT_EQ(ParseExchange("main"), ike::Ikev1Mode::kMain);
  EXPECT_EQ(ParseExchange("quick"), std::nullopt);
  EXPECT_EQ(ParseIdType("key_id"), ike::IdType::kKeyId);
  EXPECT_EQ(ParseIdType("user_fqdn"), ike::IdType::kUserFqdn);
  EXPECT_EQ(ParseIdType("ipv6"), std::nullopt);
  EXPECT_TRUE(IsBuiltinPolicy("cnsa2"));
  EXPECT_FALSE(IsBuiltinPolicy("cnsa"));
}

TEST(Names, FormOfTargetNames) {
  for (const char* name : {"a", "9", "hq", "a.b_c:d-e"}) EXPECT_TRUE(IsName(name)) << name;
  for (const char* name : {"", ".a", "-a", ":a", "_a", "a b", "a/b", "ä", "a\n"}) {
    EXPECT_FALSE(IsName(name)) << name;
  }
  EXPECT_TRUE(IsName(std::string(128, 'a')));
  EXPECT_FALSE(IsName(std::string(129, 'a')));
}

struct EndpointCase {
  const char* what;
  Transport before;
  uint16_t port_before;
  EndpointChoice choice;
  Transport after;
  uint16_t port_after;
};

TEST(ApplyEndpoint, JoinsPortAndTransport) {
  const EndpointCase cases[] = {
      {"nothing said", Transport::kUdp, 500, {}, Transport::kUdp, 500},
      {"4500 alone", Transport::kUdp, 500, {4500, {}}, Transport::kUdpEncap, 4500},
      {"4500 and udp", Transport::kUdp, 500, {4500, Transport::kUdp}, Transport::kUdp, 4500},
      {"4500 over tcp", Transport::kTcpRaw, 500, {4500, {}}, Transport::kTcpRaw, 4500},
      {"another port", Transport::kUdp, 500, {10500, {}}, Transport::kUdp, 10500},
      {"udp-encap", Transport::kUdp, 500, {{}, Transport::kUdpEncap}, Transport::kUdpEncap, 4500},
      {"tcp", Transport::kUdp, 500, {{}, Transport::kTcp}, Transport::kTcp, 4500},
      {"tcp-raw", Transport::kUdpEncap, 4500, {{}, Transport::kTcpRaw}, Transport::kTcpRaw, 500},
      {"tcp on 500", Transport::kUdp, 500, {500, Transport::kTcp}, Transport::kTcp, 500},
      {"own port stays", Transport::kUdp, 10500, {{}, Transport::kTcp}, Transport::kTcp, 10500},
      {"encap, own port", Transport::kUdpEncap, 4500, {10500, {}}, Transport::kUdpEncap, 10500},
  };
  for (const EndpointCase& one : cases) {
    ike::ProbeSettings settings;
    settings.transport = one.before;
    settings.port = one.port_before;
    ApplyEndpoint(one.choice, settings);
    EXPECT_EQ(settings.transport, one.after) << one.what;
    EXPECT_EQ(settings.port, one.port_after) << one.what;
  }
}

}  // namespace
}  // namespace config
