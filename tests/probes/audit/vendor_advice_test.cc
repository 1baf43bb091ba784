#include "probes/audit/vendor_advice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace ike {
namespace {

constexpr const char* kMakers[] = {
    "Cisco IOS XE: ", "Cisco ASA: ", "FortiGate: ", "Juniper SRX: ", "Palo Alto: ", "MikroTik: "};

std::vector<std::string> Advice(IkeVersion version, Kind kind, uint16_t id, uint16_t length = 0) {
  const Algorithm* row = FindAlgorithm(version, kind, id, length);
  EXPECT_NE(row, nullptr);
  return row == nullptr ? std::vector<std::string>() : VendorAdvice(*row);
}

bool Holds(const std::vector<std::string>& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

void ExpectEveryMaker(const std::vector<std::string>& lines) {
  ASSERT_EQ(lines.size(), std::size(kMakers));
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_TRUE(lines[i].starts_with(kMakers[i])) << i;
}

TEST(VendorAdvice, WhatEveryGatewayCanSetHasALineForEach) {
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    for (uint16_t group : std::to_array<uint16_t>({1, 2, 5, 14}))
      ExpectEveryMaker(Advice(version, Kind::kDh, group));
  }
  ExpectEveryMaker(Advice(IkeVersion::kV2, Kind::kEncryption, 3));
  ExpectEveryMaker(Advice(IkeVersion::kV1, Kind::kEncryption, 5));
  ExpectEveryMaker(Advice(IkeVersion::kV1, Kind::kHash, 1));
  ExpectEveryMaker(Advice(IkeVersion::kV2, Kind::kIntegrity, 2));
  ExpectEveryMaker(Advice(IkeVersion::kV1, Kind::kProtocol, 1));
  ExpectEveryMaker(Advice(IkeVersion::kV1, Kind::kMode, 4));
  ExpectEveryMaker(Advice(IkeVersion::kV1, Kind::kAuthentication, 1));
}

TEST(VendorAdvice, UsesTheWordsOfEach) {
  std::vector<std::string> sha1 = Advice(IkeVersion::kV1, Kind::kHash, 2);
  EXPECT_TRUE(Holds(sha1, "Cisco ASA: delete each crypto ikev1 policy with hash sha"));
  std::vector<std::string> aes = Advice(IkeVersion::kV2, Kind::kEncryption, 12, 128);
  EXPECT_TRUE(
      Holds(aes, "Cisco IOS XE: take aes-cbc-128 out of encryption in each crypto ikev2 proposal"));
  EXPECT_TRUE(Holds(
      aes, "Juniper SRX: replace encryption-algorithm aes-128-cbc in each security ike proposal"));
  EXPECT_TRUE(Holds(aes, "MikroTik: take aes-128 out of enc-algorithm in each /ip ipsec profile"));
  std::vector<std::string> group = Advice(IkeVersion::kV2, Kind::kDh, 2);
  EXPECT_TRUE(Holds(group, "FortiGate: take 2 out of set dhgrp in each phase1-interface"));
  EXPECT_TRUE(Holds(group, "Palo Alto: take group2 out of DH Group in each IKE Crypto profile"));
}

TEST(VendorAdvice, SaysNothingWhereThereIsNoSetting) {
  EXPECT_TRUE(Advice(IkeVersion::kV2, Kind::kDh, 22).empty());
  EXPECT_TRUE(Advice(IkeVersion::kV2, Kind::kEncryption, 14, 128).empty());
  std::vector<std::string> group24 = Advice(IkeVersion::kV2, Kind::kDh, 24);
  EXPECT_EQ(group24.size(), 3u);
  EXPECT_TRUE(std::ranges::none_of(
      group24, [](const std::string& line) { return line.starts_with("MikroTik"); }));
  for (const std::string& line : Advice(IkeVersion::kV1, Kind::kDh, 19)) {
    EXPECT_FALSE(line.starts_with("Cisco ASA")) << "its IKEv1 policies end with group 14";
  }
}

// Documents of Juniper, Palo Alto and MikroTik do not say what the PRF is made from.
TEST(VendorAdvice, APrfIsNamedWhereItIsASettingOfItsOwn) {
  EXPECT_EQ(Advice(IkeVersion::kV2, Kind::kPrf, 2),
            (std::vector<std::string>{
                "Cisco IOS XE: take sha1 out of prf in each crypto ikev2 proposal",
                "Cisco ASA: take sha out of prf in each crypto ikev2 policy",
                "FortiGate: take …-prfsha1 out of set proposal in each phase1-interface"}));
  EXPECT_EQ(Advice(IkeVersion::kV2, Kind::kPrf, 1).size(), 2u) << "FortiGate has no prfmd5";
}

TEST(VendorAdvice, HasNoWordThatTheVendorDoesNotDocument) {
  EXPECT_EQ(
      Advice(IkeVersion::kV2, Kind::kDh, 31),
      (std::vector<std::string>{"Cisco ASA: take 31 out of group in each crypto ikev2 policy",
                                "FortiGate: take 31 out of set dhgrp in each phase1-interface"}));
  for (const std::string& line : Advice(IkeVersion::kV2, Kind::kIntegrity, 13)) {
    EXPECT_FALSE(line.starts_with("MikroTik")) << "its profiles have no sha384";
  }
  EXPECT_TRUE(Holds(Advice(IkeVersion::kV1, Kind::kDh, 21),
                    "Cisco IOS XE: delete each crypto isakmp policy with group 21"));
  EXPECT_EQ(Advice(IkeVersion::kV2, Kind::kEncryption, 23, 256),
            (std::vector<std::string>{
                "MikroTik: take camellia-256 out of enc-algorithm in each /ip ipsec profile"}));
}

TEST(VendorAdvice, AFindingHasItsOwnAdviceFirst) {
  Finding finding;
  finding.version = IkeVersion::kV2;
  finding.kind = Kind::kDh;
  finding.id = 2;
  finding.level = "SHOULD NOT";
  finding.advice = "strongSwan: take modp1024 out of proposals";
  std::vector<std::string> lines = AdviceLines(finding);
  ASSERT_EQ(lines.size(), 1 + std::size(kMakers));
  EXPECT_EQ(lines.front(), finding.advice);
  EXPECT_TRUE(AdviceText(finding).starts_with(finding.advice + "; Cisco IOS XE: take 2 out of"));
  finding.kind = Kind::kAdditionalKe;
  finding.id = 36;
  finding.level = "missing";
  for (const char* release : {"26.1 and later", "FortiOS 7.6.1", "PAN-OS 11.2"}) {
    EXPECT_NE(AdviceText(finding).find(release), std::string::npos) << release;
  }
}

}  // namespace
}  // namespace ike
