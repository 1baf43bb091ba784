#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/names.h"
#include "tests/support/test_path.h"

namespace ike::wire {
namespace {

TEST(Names, OfIkev2) {
  EXPECT_EQ(v2::ExchangeName(v2::exchange::kIkeSaInit), "IKE_SA_INIT");
  EXPECT_EQ(v2::ExchangeName(44), "IKE_FOLLOWUP_KE");
  EXPECT_EQ(v2::PayloadName(v2::payload::kNonce), "Ni, Nr");
  EXPECT_EQ(v2::PayloadName(53), "SKF");
  EXPECT_EQ(v2::NotifyName(v2::notify::kNoProposalChosen), "NO_PROPOSAL_CHOSEN");
  EXPECT_EQ(v2::NotifyName(v2::notify::kCookie), "COOKIE");
  EXPECT_EQ(v2::NotifyName(16447), "IKE_SA_INIT_FULL_TRANSCRIPT_AUTH");
  EXPECT_EQ(v2::TransformName(1, 12), "ENCR_AES_CBC");
  EXPECT_EQ(v2::TransformName(2, 5), "PRF_HMAC_SHA2_256");
  EXPECT_EQ(v2::TransformName(3, 12), "AUTH_HMAC_SHA2_256_128");
  EXPECT_EQ(v2::TransformName(4, 14), "2048-bit MODP Group");
  EXPECT_EQ(v2::TransformName(5, 1), "Partially Transmitted 64-bit Sequential Numbers");
  EXPECT_EQ(v2::TransformName(13, 1), "KW_5649_128");
  EXPECT_EQ(v2::TransformTypeName(6), "ADDKE1");
  EXPECT_EQ(v2::ProtocolName(1), "IKE");
  EXPECT_EQ(v2::IdTypeName(3), "ID_RFC822_ADDR");
  EXPECT_EQ(v2::SignatureHashName(2), "SHA2-256");
}

// RFC 9370 section 2.2: additional key exchanges are numbered as type 4.
TEST(Names, AdditionalKeyExchangesShareARegistry) {
  for (uint8_t type = 6; type <= 12; ++type) {
    EXPECT_EQ(v2::TransformName(type, 36), "ml-kem-768");
    EXPECT_EQ(v2::TransformName(type, 0), "NONE");
  }
}

TEST(Names, OfIkev1) {
  EXPECT_EQ(v1::ExchangeName(v1::exchange::kMainMode), "Identity Protection");
  EXPECT_EQ(v1::ExchangeName(v1::exchange::kAggressive), "Aggressive");
  EXPECT_EQ(v1::PayloadName(v1::payload::kNatDDraft), "NAT-D");
  EXPECT_EQ(v1::NotifyName(14), "NO-PROPOSAL-CHOSEN");
  EXPECT_EQ(v1::NotifyName(36136), "R-U-THERE");
  EXPECT_EQ(v1::AttributeName(v1::attribute::kKeyLength), "Key Length");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kEncryption, 7), "AES-CBC");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kHash, 4), "SHA2-256");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kAuthentication, 1), "pre-shared key");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kGroup, 14), "2048-bit MODP group");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kLifeType, 1), "seconds");
  EXPECT_EQ(v1::IdTypeName(2), "ID_FQDN");
  EXPECT_EQ(v1::ProtocolName(1), "PROTO_ISAKMP");
}

TEST(Names, TheUnknownHaveNone) {
  EXPECT_EQ(v2::ExchangeName(45), "");
  EXPECT_EQ(v2::PayloadName(1), "");  // IKEv1's
  EXPECT_EQ(v2::NotifyName(0), "");
  EXPECT_EQ(v2::NotifyName(65535), "");
  EXPECT_EQ(v2::TransformName(1, 10), "");  // reserved
  EXPECT_EQ(v2::TransformName(15, 1), "");
  EXPECT_EQ(v2::TransformName(0, 1), "");
  EXPECT_EQ(v1::ExchangeName(34), "");
  EXPECT_EQ(v1::AttributeValueName(v1::attribute::kHash, 7), "");
  EXPECT_EQ(v1::AttributeValueName(99, 1), "");
}

// Lines of "SPACE NUMBER: NAME" for the numbers of one space that have a name.
template <typename Number, typename Find>
std::string Lines(const std::string& space, Find find) {
  std::string lines;
  for (uint32_t number = 0; number <= std::numeric_limits<Number>::max(); ++number) {
    const std::string_view name = find(static_cast<Number>(number));
    if (name.empty()) continue;
    lines += space + " " + std::to_string(number) + ": " + std::string(name) + "\n";
  }
  return lines;
}

std::string EveryIkev1Name() {
  std::string lines = Lines<uint16_t>("ikev1 attribute", v1::AttributeName);
  for (uint16_t attribute = 0; attribute < 256; ++attribute) {
    lines += Lines<uint16_t>("ikev1 attribute " + std::to_string(attribute), [&](uint16_t value) {
      return v1::AttributeValueName(attribute, value);
    });
  }
  return lines + Lines<uint8_t>("ikev1 exchange", v1::ExchangeName) +
         Lines<uint16_t>("ikev1 notify", v1::NotifyName) +
         Lines<uint8_t>("ikev1 payload", v1::PayloadName);
}

std::string EveryIkev2Name() {
  std::string lines = Lines<uint8_t>("ikev2 exchange", v2::ExchangeName) +
                      Lines<uint16_t>("ikev2 notify", v2::NotifyName) +
                      Lines<uint8_t>("ikev2 payload", v2::PayloadName);
  for (uint16_t type = 0; type < 256; ++type) {
    lines += Lines<uint16_t>("ikev2 transform " + std::to_string(type), [&](uint16_t id) {
      return v2::TransformName(static_cast<uint8_t>(type), id);
    });
  }
  return lines;
}

// The file was made from the IANA registries (2026-07-16), not from the tables.
TEST(Names, AreThoseOfTheRegistries) {
  std::ifstream file(TestPath("golden/names.txt"));
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(EveryIkev1Name() + EveryIkev2Name(), golden.str());
}

TEST(Names, NumbersStandInForMissingNames) {
  EXPECT_EQ(NameOrNumber(v2::NotifyName(14), 14), "NO_PROPOSAL_CHOSEN");
  EXPECT_EQ(NameOrNumber(v2::NotifyName(50), 50), "50");
}

TEST(Names, RowsMayNotRepeatANumber) {
  constexpr NameRow kRepeated[] = {{1, "a"}, {1, "b"}};
  constexpr NameRow kDescending[] = {{2, "a"}, {1, "b"}};
  constexpr NameRow kGood[] = {{1, "a"}, {2, "b"}};
  EXPECT_FALSE(AreStrictlyAscending(kRepeated));
  EXPECT_FALSE(AreStrictlyAscending(kDescending));
  EXPECT_TRUE(AreStrictlyAscending(kGood));
}

}  // namespace
}  // namespace ike::wire
