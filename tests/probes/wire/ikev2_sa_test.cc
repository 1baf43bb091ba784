#include "probes/wire/ikev2_sa.h"

#include <gtest/gtest.h>

#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;
using test::ToHex;

constexpr char kEncrAes256[] = "0300000c 0100000c 800e0100";
constexpr char kPrfSha256[] = "03000008 02000005";
constexpr char kIntegSha256[] = "03000008 0300000c";
constexpr char kGroup14[] = "03000008 0400000e";
constexpr char kGroup14Last[] = "00000008 0400000e";

struct Answer {
  std::string transforms;
  int count = 0;  // 0 = as many as there are
  int proposal_number = 1;
  int protocol = 1;
  std::string spi = {};
};

// One proposal that holds these transforms as they are.
Bytes AnswerBody(const Answer& answer) {
  const Bytes transforms = FromHex(answer.transforms);
  const Bytes spi = FromHex(answer.spi);
  Bytes body;
  Writer writer(&body);
  writer.U16(0);
  writer.U16(static_cast<uint16_t>(8 + spi.size() + transforms.size()));
  writer.U8(static_cast<uint8_t>(answer.proposal_number));
  writer.U8(static_cast<uint8_t>(answer.protocol));
  writer.U8(static_cast<uint8_t>(spi.size()));
  writer.U8(static_cast<uint8_t>(answer.count));
  writer.Put(spi);
  writer.Put(transforms);
  return body;
}

std::string Concat(std::initializer_list<const char*> parts) {
  std::string text;
  for (const char* part : parts) text += std::string(part) + " ";
  return text;
}

const std::string kGood = Concat({kEncrAes256, kPrfSha256, kIntegSha256, kGroup14Last});

TEST(Ikev2Selection, ReadsASuite) {
  const auto suite = ParseIkev2Selection(AnswerBody({.transforms = kGood, .count = 4}));
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->encryption, 12);
  EXPECT_EQ(suite->key_length, 256);
  EXPECT_EQ(suite->prf, 5);
  EXPECT_EQ(suite->integrity, 12);
  EXPECT_EQ(suite->group, 14);
  EXPECT_EQ(suite->proposal_number, 1);
  EXPECT_EQ(suite->additional_ke, (std::array<uint16_t, 7>{}));
}

TEST(Ikev2Selection, ReadsAdditionalKeyExchanges) {
  const std::string transforms = Concat({kEncrAes256, kPrfSha256, kGroup14, "03000008 06000024",
                                         "03000008 07000000", "00000008 0c000025"});
  const auto suite =
      ParseIkev2Selection(AnswerBody({.transforms = transforms, .count = 6, .proposal_number = 3}));
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->additional_ke, (std::array<uint16_t, 7>{36, 0, 0, 0, 0, 0, 37}));
  EXPECT_EQ(suite->proposal_number, 3);
  EXPECT_EQ(suite->integrity, 0);
}

TEST(Ikev2Selection, IntegrityNoneIsNoIntegrity) {
  const std::string transforms =
      Concat({kEncrAes256, kPrfSha256, "03000008 03000000", kGroup14Last});
  const auto suite = ParseIkev2Selection(AnswerBody({.transforms = transforms, .count = 4}));
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->integrity, 0);
}

struct Refused {
  const char* why;
  Answer answer;
};

TEST(Ikev2Selection, RefusesWhatIsNoChoice) {
  const Refused cases[] = {
      {"two of a type", {Concat({kEncrAes256, kPrfSha256, kGroup14, kGroup14Last}), 4}},
      {"two ADDKE1",
       {Concat({kEncrAes256, kPrfSha256, kGroup14, "03000008 06000024", "00000008 06000000"}), 5}},
      {"no ENCR", {Concat({kPrfSha256, kGroup14Last}), 2}},
      {"no PRF", {Concat({kEncrAes256, kGroup14Last}), 2}},
      {"no KE", {Concat({kEncrAes256, "00000008 02000005"}), 2}},
      {"KE NONE", {Concat({kEncrAes256, kPrfSha256, "00000008 04000000"}), 3}},
      {"fewer transforms than counted", {kGood, 5}},
      {"more transforms than counted", {kGood, 3}},
      {"none counted", {kGood, 0}},
      {"ESP", {kGood, 4, 1, 3}},
      {"last without its mark", {Concat({kEncrAes256, kPrfSha256, kGroup14}), 3}},
      {"last mark too early", {Concat({kEncrAes256, "00000008 02000005", kGroup14Last}), 3}},
      {"two key lengths",
       {Concat({"03000010 0100000c 800e0100 800e0080", kPrfSha256, kGroup14Last}), 3}},
      {"key length 0", {Concat({"0300000c 0100000c 800e0000", kPrfSha256, kGroup14Last}), 3}},
      {"a cut attribute", {Concat({"0300000a 0100000c 800e", kPrfSha256, kGroup14Last}), 3}},
      {"a long attribute", {Concat({"0300000c 0100000c 00120008", kPrfSha256, kGroup14Last}), 3}},
      {"a transform shorter than its header",
       {Concat({"03000007 0100000c", kPrfSha256, kGroup14Last}), 3}},
  };
  for (const Refused& refused : cases) {
    EXPECT_FALSE(ParseIkev2Selection(AnswerBody(refused.answer))) << refused.why;
  }
}

TEST(Ikev2Selection, WhatChangesNothingIsAQuirk) {
  const struct {
    uint16_t quirk;
    Answer answer;
  } cases[] = {{kQuirkForeignTransform,
                {Concat({kEncrAes256, kPrfSha256, kGroup14, "00000008 05000000"}), 4}},
               {kQuirkForeignTransform,
                {Concat({kEncrAes256, kPrfSha256, kGroup14, "03000008 00000001 03000008 0d000001",
                         "0300000c ff000001 800e0080 00000008 ff000001"}),
                 7}},
               {kQuirkProposalSpi, {kGood, 4, 1, 1, "0011223344556677"}},
               {kQuirkProposalSpi, {kGood, 4, 1, 1, "00112233"}},
               {kQuirkUnexpectedKeyLength,
                {Concat({kEncrAes256, "0300000c 02000005 800e0100", kGroup14Last}), 3}},
               {kQuirkUnknownAttribute,
                {Concat({"03000010 0100000c 80120001 800e0100", kPrfSha256, kGroup14Last}), 3}}};
  for (const auto& c : cases) {
    const auto choice = ParseIkev2Selection(AnswerBody(c.answer));
    ASSERT_TRUE(choice) << c.quirk;
    EXPECT_EQ(choice->quirks, c.quirk);
    EXPECT_EQ(choice->encryption, 12);
    EXPECT_EQ(choice->key_length, 256);
    EXPECT_EQ(choice->prf, 5);
    EXPECT_EQ(choice->group, 14);
  }
  EXPECT_EQ(ParseIkev2Selection(AnswerBody({.transforms = kGood, .count = 4}))->quirks, 0);
}

TEST(Ikev2Selection, RefusesTwoProposalsAndTrailingBytes) {
  const Bytes good = AnswerBody({.transforms = kGood, .count = 4});
  ASSERT_TRUE(ParseIkev2Selection(good));
  Bytes two = good;
  two[0] = 2;
  two.insert(two.end(), good.begin(), good.end());
  EXPECT_FALSE(ParseIkev2Selection(two));
  EXPECT_TRUE(ParseIkev2Sa(two));
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_FALSE(ParseIkev2Selection(trailing));
  EXPECT_FALSE(ParseIkev2Sa(trailing));
  Bytes more = good;
  more[0] = 2;  // announces another proposal that is not there
  EXPECT_FALSE(ParseIkev2Selection(more));
  EXPECT_FALSE(ParseIkev2Selection({}));
}

TEST(Ikev2Selection, SurvivesEveryByteChanged) {
  const Bytes good = AnswerBody({.transforms = kGood, .count = 4});
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = good;
      changed[at] = static_cast<uint8_t>(value);
      const auto suite = ParseIkev2Selection(changed);
      if (suite) {
        EXPECT_TRUE(ParseIkev2Sa(changed)) << at << " " << value;
      }
    }
  }
}

TEST(Ikev2Sa, WritesWhatTheRfcShows) {
  const std::vector<OfferedProposal> proposals = {
      {{{1, 20, 256}, {2, 5, 0}, {4, 19, 0}}},
      {{{1, 3, 0}, {2, 2, 0}, {3, 2, 0}, {4, 2, 0}, {6, 36, 0}}}};
  Bytes body;
  Writer writer(&body);
  WriteIkev2Sa(proposals, &writer);
  EXPECT_EQ(ToHex(body),
            "020000240101000303"
            "00000c01000014800e0100"
            "0300000802000005"
            "0000000804000013"
            "000000300201000503"
            "00000801000003"
            "0300000802000002"
            "0300000803000002"
            "0300000804000002"
            "0000000806000024");
}

TEST(Ikev2Sa, ReadsBackWhatItWrote) {
  std::vector<OfferedProposal> proposals;
  for (uint16_t number = 1; number <= 30; ++number) {
    OfferedProposal& proposal = proposals.emplace_back();
    for (uint8_t type = 1; type <= 12; ++type) {
      for (uint16_t id = 0; id < number; ++id) {
        proposal.transforms.push_back({type, id, static_cast<uint16_t>(type == 1 ? id * 8 : 0)});
      }
      if (proposal.transforms.size() + number > 255) break;
    }
  }
  Bytes body;
  Writer writer(&body);
  WriteIkev2Sa(proposals, &writer);
  const auto parsed = ParseIkev2Sa(body);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), proposals.size());
  for (size_t i = 0; i < proposals.size(); ++i) {
    EXPECT_EQ((*parsed)[i].number, i + 1);
    EXPECT_EQ((*parsed)[i].protocol, 1);
    EXPECT_TRUE((*parsed)[i].spi.empty());
    ASSERT_EQ((*parsed)[i].transforms.size(), proposals[i].transforms.size());
    for (size_t t = 0; t < proposals[i].transforms.size(); ++t) {
      const OfferedTransform& offered = proposals[i].transforms[t];
      const Ikev2Transform expected = {offered.type, offered.id, offered.key_length, false};
      EXPECT_EQ((*parsed)[i].transforms[t], expected);
    }
  }
}

TEST(Ikev2Sa, MarksTransformsWithUnknownAttributes) {
  const std::string transforms = Concat(
      {"03000010 0100000c 800e0100 80630001", "0300000e 02000005 0063 0002 abcd", kGroup14Last});
  const Bytes body = AnswerBody({.transforms = transforms, .count = 3});
  const auto parsed = ParseIkev2Sa(body);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->front().transforms[0].unknown_attributes);
  EXPECT_EQ(parsed->front().transforms[0].key_length, 256);
  EXPECT_TRUE(parsed->front().transforms[1].unknown_attributes);
  EXPECT_FALSE(parsed->front().transforms[2].unknown_attributes);
}

}  // namespace
}  // namespace ike::wire
