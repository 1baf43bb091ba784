#include "probes/wire/ike_header.h"

#include <gtest/gtest.h>

#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;

constexpr char kHeader[] = "0102030405060708 1112131415161718 21 20 22 08 00000000 0000001c";

TEST(IkeHeader, ParsesEveryField) {
  const auto header = ParseIkeHeader(FromHex(kHeader));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->initiator_spi, 0x0102030405060708u);
  EXPECT_EQ(header->responder_spi, 0x1112131415161718u);
  EXPECT_EQ(header->next_payload, 33);
  EXPECT_EQ(header->major_version(), 2);
  EXPECT_EQ(header->minor_version(), 0);
  EXPECT_EQ(header->exchange_type, 34);
  EXPECT_TRUE(header->has_flag(v2::flag::kInitiator));
  EXPECT_FALSE(header->has_flag(v2::flag::kResponse));
  EXPECT_EQ(header->message_id, 0u);
  EXPECT_EQ(header->length, 28u);
}

TEST(IkeHeader, WritesWhatItParsed) {
  const Bytes bytes = FromHex(kHeader);
  Bytes written;
  Writer writer(&written);
  WriteIkeHeader(*ParseIkeHeader(bytes), &writer);
  EXPECT_EQ(written, bytes);
}

TEST(IkeHeader, RefusesFewerThan28Bytes) {
  Bytes bytes = FromHex(kHeader);
  bytes.pop_back();
  EXPECT_FALSE(ParseIkeHeader(bytes));
  EXPECT_FALSE(ParseIkeHeader({}));
}

TEST(IkeHeader, RefusesALengthBelowTheHeaders) {
  Bytes bytes = FromHex(kHeader);
  bytes[27] = 27;
  EXPECT_FALSE(ParseIkeHeader(bytes));
}

TEST(IkeHeader, BodyEndsWhereTheLengthSays) {
  Bytes bytes = FromHex(kHeader);
  bytes.resize(32);
  bytes[27] = 30;
  const auto header = ParseIkeHeader(bytes);
  ASSERT_TRUE(header);
  const auto body = MessageBody(*header, bytes);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->size(), 2u);
}

TEST(IkeHeader, NoBodyWhereTheMessageIsCut) {
  Bytes bytes = FromHex(kHeader);
  bytes[24] = 0xff;  // a length near 4 GiB
  EXPECT_FALSE(MessageBody(*ParseIkeHeader(bytes), bytes));
  bytes = FromHex(kHeader);
  bytes[27] = 29;
  EXPECT_FALSE(MessageBody(*ParseIkeHeader(bytes), bytes));
}

}  // namespace
}  // namespace ike::wire
