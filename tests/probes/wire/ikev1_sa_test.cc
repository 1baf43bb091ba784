#include "probes/wire/ikev1_sa.h"

#include <gtest/gtest.h>

#include "probes/wire/ikev1_ids.h"
#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;
using test::ToHex;

// AES-256, SHA2-256, PSK, group 14, 28800 s.
constexpr char kAttributes[] = "80010007 800e0100 80020004 80030001 8004000e 800b0001 800c7080";
constexpr char kHead[] = "00000001 00000001";

struct Item {
  std::string body;
  int next = 0;
  int number = 1;
  int kind = 1;  // protocol or transform id
};

// A proposal or transform: `body` is all that follows number and kind.
std::string ItemHex(const Item& item) {
  const Bytes body = FromHex(item.body);
  Bytes bytes;
  Writer writer(&bytes);
  writer.U8(static_cast<uint8_t>(item.next));
  writer.U8(0);
  writer.U16(static_cast<uint16_t>(6 + body.size()));
  writer.U8(static_cast<uint8_t>(item.number));
  writer.U8(static_cast<uint8_t>(item.kind));
  writer.Put(body);
  return ToHex(bytes);
}

std::string Transform(const std::string& attributes, int next = 0, int id = 1) {
  return ItemHex({.body = "0000" + attributes, .next = next, .kind = id});
}

std::string Proposal(const std::string& transforms, const char* sizes = "0001", int next = 0,
                     int protocol = 1) {
  return ItemHex({.body = sizes + transforms, .next = next, .kind = protocol});
}

std::optional<Ikev1Selection> Select(const std::string& hex) {
  const Bytes body = FromHex(hex);
  return ParseIkev1Selection(body);
}

TEST(Ikev1Selection, ReadsASuite) {
  const auto selection = Select(kHead + Proposal(Transform(kAttributes)));
  ASSERT_TRUE(selection && selection->suite);
  EXPECT_EQ(selection->proposals, 1u);
  EXPECT_EQ(selection->transforms, 1u);
  const Ikev1Suite expected = {.encryption = 7,
                               .key_length = 256,
                               .hash = 4,
                               .authentication = 1,
                               .group = 14,
                               .life_seconds = 28800};
  EXPECT_EQ(*selection->suite, expected);
}

TEST(Ikev1Selection, ReadsALongLifetimeAndATrailingSpi) {
  const auto selection = Select(
      kHead +
      Proposal("0011223344556677" +
                   Transform("80010005 80020002 80030003 80040002 800b0001 000c0004 00015180"),
               "0801"));
  ASSERT_TRUE(selection && selection->suite);
  EXPECT_EQ(selection->suite->life_seconds, 86400u);
  EXPECT_EQ(selection->suite->key_length, 0);
}

TEST(Ikev1Selection, KeepsSecondsAmongSeveralLifetimes) {
  const auto selection = Select(
      kHead + Proposal(Transform(
                  "80010005 80020002 80030003 80040002 800b0002 800c1000 800b0001 800c0e10")));
  ASSERT_TRUE(selection && selection->suite);
  EXPECT_EQ(selection->suite->life_seconds, 3600u);
}

TEST(Ikev1Selection, IgnoresAttributesThatAreNotOurs) {
  const auto selection =
      Select(kHead + Proposal(Transform(std::string(kAttributes) + "c0000001 40010003 616263")));
  ASSERT_TRUE(selection && selection->suite);
  EXPECT_EQ(selection->suite->group, 14);
}

TEST(Ikev1Selection, ReadsAnAttributeSentTheLongWay) {
  const auto selection =
      Select(kHead + Proposal(Transform("80010005 80020002 80030001 00040004 0000000e")));
  ASSERT_TRUE(selection && selection->suite);
  EXPECT_EQ(selection->suite->group, 14);
}

TEST(Ikev1Selection, CountsButDoesNotChoose) {
  const auto two_transforms =
      Select(kHead + Proposal(Transform(kAttributes, 3) + Transform(kAttributes), "0002"));
  ASSERT_TRUE(two_transforms);
  EXPECT_EQ(two_transforms->transforms, 2u);
  EXPECT_FALSE(two_transforms->suite);
  const auto two_proposals = Select(kHead + Proposal(Transform(kAttributes), "0001", 2) +
                                    Proposal(Transform(kAttributes)));
  ASSERT_TRUE(two_proposals);
  EXPECT_EQ(two_proposals->proposals, 2u);
  EXPECT_EQ(two_proposals->transforms, 2u);
  EXPECT_FALSE(two_proposals->suite);
}

TEST(Ikev1Selection, AnIncompleteTransformIsNoSuite) {
  for (const char* attributes :
       {"", "80020004 80030001 8004000e", "80010007 80030001 8004000e",
        "80010007 80020004 8004000e", "80010007 80020004 80030001",
        "80010007 80010005 80020004 80030001 8004000e",     // encryption twice
        "00010004 00010007 80020004 80030001 8004000e"}) {  // a value of 17 bits
    const auto selection = Select(kHead + Proposal(Transform(attributes)));
    ASSERT_TRUE(selection) << attributes;
    EXPECT_EQ(selection->transforms, 1u);
    EXPECT_FALSE(selection->suite) << attributes;
  }
}

TEST(Ikev1Selection, AnotherProtocolOrTransformIsNoSuite) {
  const auto esp = Select(kHead + Proposal(Transform(kAttributes), "0001", 0, 3));
  ASSERT_TRUE(esp);
  EXPECT_FALSE(esp->suite);
  const auto other = Select(kHead + Proposal(Transform(kAttributes, 0, 2)));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->suite);
}

TEST(Ikev1Selection, RefusesMalformedBytes) {
  const std::string good = kHead + Proposal(Transform(kAttributes));
  const std::string cases[] = {
      "",
      "00000001",
      kHead,
      "00000002 00000001" + Proposal(Transform(kAttributes)),  // GDOI
      "00000001 00000002" + Proposal(Transform(kAttributes)),  // SIT_SECRECY
      good + "00",                                             // trailing
      kHead + Proposal(Transform(kAttributes), "0002"),        // one transform less
      kHead + Proposal(Transform(kAttributes), "0000"),        // one more
      kHead + Proposal(Transform(kAttributes), "0801"),        // the SPI is the transform
      kHead + Proposal(Transform(kAttributes), "0001", 2),     // announces a proposal
      kHead + Proposal(Transform(kAttributes), "0001", 3),     // of the wrong type
      kHead + Proposal(Transform(kAttributes, 3)),             // announces a transform
      kHead + Proposal(Transform("8001")),                     // a cut attribute
      kHead + Proposal(Transform("000c0005 00000001")),        // longer than the transform
      kHead + Proposal("00000006 0101"),                       // a transform without RESERVED2
      kHead + Proposal("00000003 0101 0000"),                  // shorter than its header
  };
  ASSERT_TRUE(Select(good));
  for (const std::string& hex : cases) EXPECT_FALSE(Select(hex)) << hex;
}

TEST(Ikev1Selection, RefusesASpiLongerThan16Bytes) {
  const std::string transform = Transform(kAttributes);
  EXPECT_TRUE(Select(kHead + Proposal(std::string(32, '0') + transform, "1001")));
  EXPECT_FALSE(Select(kHead + Proposal(std::string(34, '0') + transform, "1101")));
}

TEST(Ikev1Selection, AgreesWithTheGeneralParserWhateverByteChanges) {
  const Bytes good = FromHex(kHead + Proposal(Transform(kAttributes)));
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = good;
      changed[at] = static_cast<uint8_t>(value);
      const auto selection = ParseIkev1Selection(changed);
      EXPECT_EQ(selection.has_value(), ParseIkev1Sa(changed).has_value()) << at << " " << value;
    }
  }
}

TEST(Ikev1Sa, WritesTheAttributesOfRfc2409) {
  Bytes body;
  Writer writer(&body);
  const Ikev1Transform transform = {.encryption = 7,
                                    .key_length = 256,
                                    .hash = 4,
                                    .authentication = 1,
                                    .group = 14,
                                    .life_seconds = 28800};
  WriteIkev1Sa({&transform, 1}, &writer);
  EXPECT_EQ(ToHex(body), ToHex(FromHex(kHead + Proposal(Transform(kAttributes)))));
}

TEST(Ikev1Sa, LeavesOutWhatIsZeroAndWidensLongLifetimes) {
  const std::vector<Ikev1Transform> transforms = {
      {.encryption = 5, .hash = 2, .authentication = 1, .group = 2, .life_seconds = 0},
      {.encryption = 5, .hash = 2, .authentication = 1, .group = 2, .life_seconds = 86400}};
  Bytes body;
  Writer writer(&body);
  WriteIkev1Sa(transforms, &writer);
  EXPECT_EQ(ToHex(body),
            "0000000100000001"
            "0000004401010002"
            "0300001801010000"
            "80010005800200028003000180040002"
            "0000002402010000"
            "80010005800200028003000180040002800b0001000c000400015180");
}

TEST(Ikev1Sa, ReadsBackWhatItWrote) {
  std::vector<Ikev1Transform> transforms;
  for (uint16_t i = 0; i < 255; ++i) {
    transforms.push_back({.encryption = 7,
                          .key_length = static_cast<uint16_t>(i % 3 * 64 + 128),
                          .hash = static_cast<uint16_t>(i + 1),
                          .authentication = 65001,
                          .group = i,
                          .life_seconds = i * 1000u});
  }
  Bytes body;
  Writer writer(&body);
  WriteIkev1Sa(transforms, &writer);
  const auto sa = ParseIkev1Sa(body);
  ASSERT_TRUE(sa);
  EXPECT_EQ(sa->doi, 1u);
  EXPECT_EQ(sa->situation, 1u);
  ASSERT_EQ(sa->proposals.size(), 1u);
  ASSERT_EQ(sa->proposals[0].transforms.size(), 255u);
  for (uint16_t i = 0; i < 255; ++i) {
    const Ikev1SaTransform& transform = sa->proposals[0].transforms[i];
    EXPECT_EQ(transform.number, i + 1);
    EXPECT_EQ(transform.id, v1::kTransformKeyIke);
    EXPECT_EQ(transform.attributes[2].type, v1::attribute::kHash);
    EXPECT_EQ(transform.attributes[2].value, i + 1u);
    EXPECT_TRUE(transform.attributes[2].is_basic);
    EXPECT_EQ(transform.attributes.size(), i == 0 ? 5u : 7u);
    if (i > 0) {
      EXPECT_EQ(transform.attributes[6].value, i * 1000u);
    }
  }
}

}  // namespace
}  // namespace ike::wire
