#include "tests/responder/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace responder {
namespace {

RulesV2 Rules(std::initializer_list<const char*> proposals) {
  RulesV2 rules;
  for (const char* text : proposals) {
    auto parsed = ParseProposalV2(text);
    EXPECT_TRUE(parsed) << parsed.error();
    rules.proposals.push_back(*parsed);
  }
  return rules;
}

Proposal Offer(uint8_t number, std::vector<Transform> transforms) {
  return {number, 1, {}, std::move(transforms)};
}

const std::vector<Transform> kPlain = {{1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}};

std::string Said(const std::optional<ChosenV2>& chosen) {
  if (!chosen) return "none";
  std::string text = "#" + std::to_string(chosen->answer.number);
  for (const Transform& t : chosen->answer.transforms) {
    text += " " + std::to_string(t.type) + ":" + std::to_string(t.id);
    if (t.key_length != 0) text += "/" + std::to_string(t.key_length);
  }
  return text;
}

TEST(SelectV2, NoCartesianProductOfProposals) {
  RulesV2 rules = Rules({"aes256-sha384-ecp384", "3des-md5-modp1024"});
  auto mixture = Offer(1, {{1, 12, 256}, {2, 1, 0}, {3, 1, 0}, {4, 2, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {mixture}, false)), "none");
  auto second = Offer(1, {{1, 12, 256}, {1, 3, 0}, {2, 1, 0}, {3, 1, 0}, {4, 2, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {second}, false)), "#1 1:3 3:1 2:1 4:2");
}

TEST(SelectV2, KeyLengthsAreExact) {
  RulesV2 rules = Rules({"aes256-sha256-modp2048"});
  for (uint16_t length : std::initializer_list<uint16_t>{0, 128, 192}) {
    auto offer = Offer(1, {{1, 12, length}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}});
    EXPECT_EQ(Said(SelectV2(rules, {offer}, false)), "none") << length;
  }
}

TEST(SelectV2, OwnOrderOfProposalsThenTheOffers) {
  RulesV2 rules = Rules({"aes256-sha256-modp2048", "aes128-sha1-modp1024"});
  auto weak = Offer(1, {{1, 12, 128}, {2, 2, 0}, {3, 2, 0}, {4, 2, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {weak, Offer(2, kPlain)}, false)), "#2 1:12/256 3:12 2:5 4:14");
  EXPECT_EQ(Said(SelectV2(rules, {Offer(1, kPlain), Offer(2, kPlain)}, false)),
            "#1 1:12/256 3:12 2:5 4:14");
  rules.peer_proposal_order = true;
  EXPECT_EQ(Said(SelectV2(rules, {weak, Offer(2, kPlain)}, false)), "#1 1:12/128 3:2 2:2 4:2");
}

TEST(SelectV2, OwnOrderOfTransforms) {
  RulesV2 rules = Rules({"aes256-aes128-sha256-ecp384-modp3072"});
  auto offer =
      Offer(1, {{1, 12, 128}, {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 15, 0}, {4, 20, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {offer}, false)), "#1 1:12/256 3:12 2:5 4:20");
  rules.peer_transform_order = true;
  EXPECT_EQ(Said(SelectV2(rules, {offer}, false)), "#1 1:12/128 3:12 2:5 4:15");
}

TEST(SelectV2, AeadLeavesTheIntegrityOut) {
  RulesV2 rules = Rules({"aes256gcm16-prfsha384-ecp384"});
  auto plain = Offer(1, {{1, 20, 256}, {2, 6, 0}, {4, 20, 0}});
  auto beside = Offer(1, {{1, 20, 256}, {2, 6, 0}, {3, 13, 0}, {4, 20, 0}});
  auto none = Offer(1, {{1, 20, 256}, {2, 6, 0}, {3, 0, 0}, {4, 20, 0}});
  for (const auto& offer : {plain, beside, none}) {
    EXPECT_EQ(Said(SelectV2(rules, {offer}, false)), "#1 1:20/256 2:6 4:20");
  }
  rules.strict_aead = true;
  EXPECT_EQ(Said(SelectV2(rules, {beside}, false)), "none");
  EXPECT_EQ(Said(SelectV2(rules, {none}, false)), "#1 1:20/256 2:6 4:20");
}

TEST(SelectV2, OtherCiphersNeedAnIntegrity) {
  RulesV2 rules = Rules({"aes256-sha256-modp2048"});
  auto without = Offer(1, {{1, 12, 256}, {2, 5, 0}, {4, 14, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {without}, false)), "none");
}

TEST(SelectV2, UnknownIdsAreSkippedUnknownTypesFailTheProposal) {
  RulesV2 rules = Rules({"aes256-sha256-modp2048"});
  auto ids = kPlain;
  ids.insert(ids.begin(), {{1, 200, 0}, {2, 200, 0}, {3, 200, 0}, {4, 36, 0}});
  EXPECT_EQ(Said(SelectV2(rules, {Offer(1, ids)}, false)), "#1 1:12/256 3:12 2:5 4:14");
  for (uint8_t type : std::initializer_list<uint8_t>{5, 6, 12, 13, 250}) {
    auto unknown = kPlain;
    unknown.push_back({type, 36, 0});
    unknown.push_back({type, 0, 0});
    EXPECT_EQ(Said(SelectV2(rules, {Offer(1, unknown), Offer(2, kPlain)}, true)),
              "#2 1:12/256 3:12 2:5 4:14")
        << int{type};
    EXPECT_EQ(Said(SelectV2(rules, {Offer(1, unknown)}, true)), "none");
  }
  auto additional = kPlain;
  additional.push_back({6, 36, 0});
  rules.unknown_types = UnknownTypes::kIgnore;
  EXPECT_EQ(Said(SelectV2(rules, {Offer(1, additional)}, true)), "#1 1:12/256 3:12 2:5 4:14");
}

TEST(SelectV2, UnknownAttributesSpoilTheTransform) {
  RulesV2 rules = Rules({"aes256-sha256-modp2048"});
  auto offer = kPlain;
  offer[0].unknown_attribute = true;
  EXPECT_EQ(Said(SelectV2(rules, {Offer(1, offer)}, false)), "none");
  rules.unknown_attributes_ok = true;
  EXPECT_EQ(Said(SelectV2(rules, {Offer(1, offer)}, false)), "#1 1:12/256 3:12 2:5 4:14");
}

class AdditionalTest : public testing::Test {
 protected:
  std::string Select(std::initializer_list<Transform> more, bool intermediate = true) {
    auto offer = kPlain;
    offer.insert(offer.end(), more);
    return Said(SelectV2(rules_, {Offer(1, offer)}, intermediate));
  }

  RulesV2 rules_;
  const std::string plain_ = "#1 1:12/256 3:12 2:5 4:14";
};

TEST_F(AdditionalTest, RequiredOne) {
  rules_ = Rules({"aes256-sha256-modp2048-ke1_mlkem768"});
  rules_.rfc9370 = true;
  EXPECT_EQ(Select({{6, 36, 0}}), plain_ + " 6:36");
  EXPECT_EQ(Select({{6, 35, 0}, {6, 36, 0}, {6, 0, 0}}), plain_ + " 6:36");
  EXPECT_EQ(Select({}), "none");
  EXPECT_EQ(Select({{6, 0, 0}}), "none");
  EXPECT_EQ(Select({{6, 36, 0}}, false), "none") << "without IKE_INTERMEDIATE";
  EXPECT_EQ(Select({{7, 36, 0}}), "none") << "another slot";
}

TEST_F(AdditionalTest, OptionalOne) {
  rules_ = Rules({"aes256-sha256-modp2048-ke1_mlkem768-ke1_none"});
  rules_.rfc9370 = true;
  EXPECT_EQ(Select({{6, 36, 0}, {6, 0, 0}}), plain_ + " 6:36");
  EXPECT_EQ(Select({}), plain_);
  EXPECT_EQ(Select({{6, 36, 0}, {6, 0, 0}}, false), plain_ + " 6:0");
  EXPECT_EQ(Select({{6, 37, 0}}), "none");
}

TEST_F(AdditionalTest, NoneConfigured) {
  rules_ = Rules({"aes256-sha256-modp2048"});
  rules_.rfc9370 = true;
  EXPECT_EQ(Select({{6, 36, 0}}), "none");
  EXPECT_EQ(Select({{6, 36, 0}, {6, 0, 0}}), plain_) << "left out of the answer";
}

TEST_F(AdditionalTest, MethodsDiffer) {
  rules_ = Rules({"aes256-sha256-modp2048-ke1_mlkem768-ke2_mlkem768-ke2_mlkem1024"});
  rules_.rfc9370 = true;
  EXPECT_EQ(Select({{6, 36, 0}, {7, 36, 0}, {7, 37, 0}}), plain_ + " 6:36 7:37");
  EXPECT_EQ(Select({{6, 36, 0}, {7, 36, 0}}), "none");
}

Suite Transform1(uint16_t cipher, uint16_t length, uint16_t hash, uint16_t group) {
  Suite suite;
  suite.encryption = cipher;
  suite.key_length = length;
  suite.hash = hash;
  suite.authentication = 1;
  suite.group = group;
  return suite;
}

RulesV1 OldRules(std::initializer_list<const char*> proposals) {
  RulesV1 rules;
  for (const char* text : proposals) rules.proposals.push_back(*ParseProposalV1(text));
  rules.authentications = {1};
  return rules;
}

TEST(SelectV1, OwnOrderOrThePeers) {
  RulesV1 rules = OldRules({"aes256-sha256-modp2048", "3des-sha1-modp1024"});
  OfferV1 offer;
  offer.suites = {Transform1(5, 0, 2, 2), Transform1(7, 256, 4, 14)};
  EXPECT_EQ(SelectV1(rules, offer), &offer.suites[1]);
  rules.peer_order = true;
  EXPECT_EQ(SelectV1(rules, offer), &offer.suites[0]);
}

TEST(SelectV1, LifeChecks) {
  RulesV1 rules = OldRules({"aes256-sha256-modp2048"});
  rules.life_seconds = 3600;
  auto takes = [&rules](LifeCheck check, uint32_t offered) {
    rules.life_check = check;
    OfferV1 offer;
    offer.suites = {Transform1(7, 256, 4, 14)};
    offer.suites[0].life_seconds = offered;
    return SelectV1(rules, offer) != nullptr;
  };
  for (const uint32_t offered : {0u, 600u, 3600u, 86400u}) {
    EXPECT_TRUE(takes(LifeCheck::kObey, offered));
    EXPECT_TRUE(takes(LifeCheck::kClaim, offered));
    EXPECT_EQ(takes(LifeCheck::kStrict, offered), offered == 600 || offered == 3600);
    EXPECT_EQ(takes(LifeCheck::kExact, offered), offered == 3600);
  }
}

TEST(SelectV1, AesWithoutLengthIsAes128) {
  OfferV1 offer;
  offer.suites = {Transform1(7, 0, 2, 2)};
  EXPECT_EQ(SelectV1(OldRules({"aes128-sha1-modp1024"}), offer), &offer.suites[0]);
  EXPECT_EQ(SelectV1(OldRules({"aes256-sha1-modp1024"}), offer), nullptr);
  RulesV1 strict = OldRules({"aes128-sha1-modp1024"});
  strict.missing_key_length_ok = false;
  EXPECT_EQ(SelectV1(strict, offer), nullptr);
}

TEST(SelectV1, Authentication) {
  OfferV1 offer;
  offer.suites = {Transform1(7, 128, 2, 2)};
  offer.suites[0].authentication = 3;
  RulesV1 rules = OldRules({"aes128-sha1-modp1024"});
  EXPECT_EQ(SelectV1(rules, offer), nullptr);
  rules.any_authentication = true;
  EXPECT_EQ(SelectV1(rules, offer), &offer.suites[0]);
}

TEST(Keywords, ImplyThePrf) {
  auto parsed = ParseProposalV2("aes256-sha384-ecp384");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(*parsed, testing::Contains(Transform{2, 6, 0}));
  parsed = ParseProposalV2("aes256-sha384-prfsha256-ecp384");
  EXPECT_THAT(*parsed, testing::Contains(Transform{2, 5, 0}));
  EXPECT_THAT(*parsed, testing::Not(testing::Contains(Transform{2, 6, 0})));
}

TEST(Keywords, RefuseWhatIsImpossible) {
  auto error = [](const char* text) {
    auto parsed = ParseProposalV2(text);
    return parsed ? std::string("fine") : parsed.error();
  };
  EXPECT_EQ(error("aes256-sha256-modp2049"),
            "proposal \"aes256-sha256-modp2049\": unknown word \"modp2049\"");
  EXPECT_EQ(error("aes256-modp2048"), "proposal \"aes256-modp2048\": no integrity algorithm");
  EXPECT_EQ(error("aes256gcm16-ecp256"), "proposal \"aes256gcm16-ecp256\": no PRF");
  EXPECT_EQ(error("aes256gcm16-sha256-prfsha256-ecp256"),
            "proposal \"aes256gcm16-sha256-prfsha256-ecp256\": an integrity algorithm beside an "
            "AEAD cipher");
  EXPECT_EQ(
      error("aes256gcm16-aes256-prfsha256-ecp256"),
      "proposal \"aes256gcm16-aes256-prfsha256-ecp256\": AEAD and other ciphers in one proposal");
  EXPECT_EQ(error("aes256-sha256"), "proposal \"aes256-sha256\": no key exchange method");
  EXPECT_EQ(error("aes256-sha256-modp2048-ke8_mlkem768"),
            "proposal \"aes256-sha256-modp2048-ke8_mlkem768\": unknown word \"ke8_mlkem768\"");
  EXPECT_FALSE(ParseProposalV1("aes256gcm16-sha256-modp2048"));
}

}  // namespace
}  // namespace responder
