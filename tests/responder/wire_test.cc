#include "tests/responder/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/responder/sa_payload.h"
#include "tests/responder/test_support.h"

namespace responder::test {
namespace {

SaInitRequest AnyRequest() {
  SaInitRequest request;
  request.proposals = {"aes256-sha256-modp2048"};
  return request;
}

TEST(Wire, BuildsHeaderAndChainOfPayloads) {
  Header header;
  header.spi_i = 0x0102030405060708;
  header.spi_r = 0x1112131415161718;
  header.version = kVersion2;
  header.exchange = 34;
  header.flags = kFlagResponse;
  MessageBuilder builder(header);
  builder.Add(41, NotifyBodyV2(17, Bytes{0, 14}));
  builder.Add(43, Bytes{0xaa});
  EXPECT_EQ(std::move(builder).Finish(), FromHex("0102030405060708"
                                                 "1112131415161718"
                                                 "29202220"
                                                 "00000000"
                                                 "0000002b"
                                                 "2b00000a00000011000e"
                                                 "00000005aa"));
}

TEST(Wire, ReadsWhatItBuilds) {
  Bytes message = Write(AnyRequest());
  auto header = ReadHeader(message);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->length, message.size());
  std::vector<Payload> payloads;
  ASSERT_TRUE(ReadPayloads(*header, message, payloads));
  ASSERT_EQ(payloads.size(), 5u);
  EXPECT_EQ(payloads[0].type, 33);
  EXPECT_EQ(payloads[4].type, 41);
}

TEST(Wire, RefusesEveryTruncation) {
  Bytes message = Write(AnyRequest());
  std::vector<Payload> payloads;
  for (size_t size = 0; size < message.size(); ++size) {
    View cut = View(message).first(size);
    auto header = ReadHeader(cut);
    EXPECT_EQ(header.has_value(), size >= kHeaderSize);
    if (header) {
      EXPECT_FALSE(ReadPayloads(*header, cut, payloads)) << size;
    }
  }
}

TEST(Wire, TakesPaddingInIkev1Only) {
  for (uint8_t version : {kVersion1, kVersion2}) {
    Header header;
    header.version = version;
    MessageBuilder builder(header);
    builder.Add(13, Bytes{1});
    Bytes message = std::move(builder).Finish(4);
    EXPECT_EQ(message.size(), 36u);
    std::vector<Payload> payloads;
    EXPECT_EQ(ReadPayloads(*ReadHeader(message), message, payloads), version == kVersion1);
  }
}

TEST(SaPayload, WritesWhatTheRfcDraws) {
  Proposal proposal;
  proposal.number = 2;
  proposal.transforms = {{1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}};
  EXPECT_EQ(WriteSaV2(proposal), FromHex("0000002c02010004"
                                         "0300000c0100000c800e0100"
                                         "0300000802000005"
                                         "030000080300000c"
                                         "000000080400000e"));
}

TEST(SaPayload, ReadsBackProposals) {
  Proposal proposal;
  proposal.spi = {1, 2, 3, 4, 5, 6, 7, 8};
  proposal.transforms = {{1, 20, 128}, {2, 6, 0}, {4, 31, 0}, {6, 36, 0}};
  auto read = ReadSaV2(WriteSaV2(proposal));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().transforms, proposal.transforms);
  EXPECT_EQ(read->front().spi, proposal.spi);
}

TEST(SaPayload, MarksTransformsWithUnknownAttributes) {
  auto read = ReadSaV2(FromHex("000000180101000100000010010000148063000100020004"));
  EXPECT_FALSE(read);  // the transform's length and the attributes disagree
  read =
      ReadSaV2(FromHex("0000001801010001"
                       "000000100100000c800e010080630001"));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->front().transforms[0].unknown_attribute);
  EXPECT_EQ(read->front().transforms[0].key_length, 256);
}

TEST(SaPayload, RefusesLies) {
  Bytes good = WriteSaV2({1, 1, {}, {{1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}});
  ASSERT_TRUE(ReadSaV2(good));
  for (size_t at : {0u, 3u, 6u, 7u, 8u, 11u}) {  // more, length, SPI size, count, more, length
    Bytes bad = good;
    bad[at] = static_cast<uint8_t>(bad[at] + 1);
    EXPECT_FALSE(ReadSaV2(bad)) << at;
  }
}

TEST(SaPayload, AnswersWithTheAttributesAsOffered) {
  // AES-256, SHA2-256, PSK, group 14, 28800 s in the long form.
  Bytes body = FromHex(
      "0000000100000001"
      "0000003001010001"
      "0000002807010000"
      "80010007800e01008002000480030001"
      "8004000e800b0001000c000400007080");
  auto offer = ReadSaV1(body);
  ASSERT_TRUE(offer);
  ASSERT_EQ(offer->suites.size(), 1u);
  const Suite& suite = offer->suites[0];
  EXPECT_EQ(suite.number, 7);
  EXPECT_EQ(suite.encryption, 7);
  EXPECT_EQ(suite.key_length, 256);
  EXPECT_EQ(suite.hash, 4);
  EXPECT_EQ(suite.authentication, 1);
  EXPECT_EQ(suite.group, 14);
  EXPECT_FALSE(suite.unknown_attribute);
  EXPECT_EQ(WriteSaV1(*offer, suite), body);
}

}  // namespace
}  // namespace responder::test
