#include "probes/wire/payload_chain.h"

#include <gtest/gtest.h>

#include "probes/wire/ikev2_ids.h"
#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;
using test::ToHex;

std::vector<uint8_t> TypesOf(uint8_t first, ByteSpan body, bool* ok) {
  std::vector<uint8_t> types;
  PayloadCursor cursor(first, body);
  while (const auto payload = cursor.Next()) types.push_back(payload->type);
  *ok = cursor.ok();
  return types;
}

TEST(PayloadCursor, WalksTheChain) {
  const Bytes body = FromHex("28000006 aabb 29800004 00000005 cc");
  PayloadCursor cursor(34, body);
  const auto first = cursor.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, 34);
  EXPECT_FALSE(first->critical);
  EXPECT_EQ(ToHex(first->body), "aabb");
  const auto second = cursor.Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, 40);
  EXPECT_TRUE(second->critical);
  EXPECT_TRUE(second->body.empty());
  const auto third = cursor.Next();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->type, 41);
  EXPECT_FALSE(cursor.Next());
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.trailing().empty());
}

TEST(PayloadCursor, AnEmptyChainIsFine) {
  PayloadCursor cursor(0, {});
  EXPECT_FALSE(cursor.Next());
  EXPECT_TRUE(cursor.ok());
}

TEST(PayloadCursor, ReportsWhatFollowsTheLastPayload) {
  const Bytes body = FromHex("00000004 dead");
  PayloadCursor cursor(41, body);
  EXPECT_TRUE(cursor.Next());
  EXPECT_FALSE(cursor.Next());
  EXPECT_TRUE(cursor.ok());
  EXPECT_EQ(cursor.trailing().size(), 2u);
}

TEST(PayloadCursor, FailsOnAPayloadLongerThanTheMessage) {
  bool ok = true;
  EXPECT_TRUE(TypesOf(41, FromHex("00000005"), &ok).empty());
  EXPECT_FALSE(ok);
}

TEST(PayloadCursor, FailsOnALengthBelowTheHeaders) {
  for (const char* body : {"29000000 00000004", "29000003 00000004"}) {
    bool ok = true;
    EXPECT_TRUE(TypesOf(41, FromHex(body), &ok).empty());
    EXPECT_FALSE(ok);
  }
}

TEST(PayloadCursor, FailsOnAPayloadThatWasAnnouncedOnly) {
  bool ok = true;
  EXPECT_EQ(TypesOf(41, FromHex("29000004"), &ok).size(), 1u);
  EXPECT_FALSE(ok);
}

TEST(PayloadCursor, FailsOnMorePayloadsThanAnybodySends) {
  Bytes body;
  Writer writer(&body);
  for (size_t i = 0; i <= kMaxPayloads; ++i) writer.U32(0x29000004);
  bool ok = true;
  EXPECT_EQ(TypesOf(41, body, &ok).size(), kMaxPayloads);
  EXPECT_FALSE(ok);
}

// RFC 7296 section 3.14: the next payload field of SK names what is inside.
TEST(PayloadCursor, EndsAtAnEncryptedPayload) {
  for (uint8_t type : {v2::payload::kEncrypted, v2::payload::kEncryptedFragment}) {
    bool ok = false;
    EXPECT_EQ(TypesOf(type, FromHex("24000006 abcd"), &ok).size(), 1u);
    EXPECT_TRUE(ok);
  }
}

TEST(MessageBuilder, FillsInTypesAndLengths) {
  Bytes out = {0xee};  // what stands before the message stays
  IkeHeader header;
  header.initiator_spi = 1;
  header.exchange_type = 34;
  MessageBuilder builder(&out, header);
  builder.Begin(33)->U16(0x1234);
  builder.Add(40, FromHex("010203"));
  builder.Begin(200, true);
  builder.Finish();
  EXPECT_EQ(ToHex(out),
            "ee0000000000000001000000000000000021202200000000000000002d"
            "280000061234c8000007010203"
            "00800004");
}

TEST(MessageBuilder, AMessageWithoutPayloadsHasNoNextPayload) {
  Bytes out;
  IkeHeader header;
  header.next_payload = 77;
  MessageBuilder builder(&out, header);
  builder.Finish();
  const auto parsed = ParseIkeHeader(out);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->next_payload, 0);
  EXPECT_EQ(parsed->length, kIkeHeaderSize);
}

TEST(MessageBuilder, CursorReadsBackWhatWasBuilt) {
  Bytes out;
  MessageBuilder builder(&out, IkeHeader{});
  for (uint8_t type = 33; type < 43; ++type) builder.Add(type, Bytes(type, type));
  builder.Finish();
  const auto header = ParseIkeHeader(out);
  ASSERT_TRUE(header);
  PayloadCursor cursor(header->next_payload, *MessageBody(*header, out));
  for (uint8_t type = 33; type < 43; ++type) {
    const auto payload = cursor.Next();
    ASSERT_TRUE(payload);
    EXPECT_EQ(payload->type, type);
    EXPECT_EQ(Bytes(payload->body.begin(), payload->body.end()), Bytes(type, type));
  }
  EXPECT_FALSE(cursor.Next());
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.trailing().empty());
}

TEST(IsWellFormed, KnowsIkeByItsForm) {
  Bytes message;
  MessageBuilder builder(&message, {.initiator_spi = 7, .version = kVersion2});
  builder.Add(v2::payload::kNonce, Bytes(16, 1));
  builder.Finish();
  EXPECT_TRUE(IsWellFormed(message));
  Bytes longer = message;
  longer.push_back(0);
  EXPECT_TRUE(IsWellFormed(longer));
  for (size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(IsWellFormed(ByteSpan(message).first(size))) << size;
  }
  const auto with = [&](size_t at, uint8_t value) {
    Bytes changed = message;
    changed[at] = value;
    return IsWellFormed(changed);
  };
  EXPECT_FALSE(with(7, 0)) << "no SPI";
  EXPECT_FALSE(with(17, 0x30)) << "version 3";
  EXPECT_FALSE(with(16, 0)) << "no payload";
  EXPECT_FALSE(with(31, 200)) << "a payload beyond the end";
  EXPECT_TRUE(with(17, 0x10));
}

}  // namespace
}  // namespace ike::wire
