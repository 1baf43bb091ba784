#include "probes/wire/encapsulation.h"

#include <gtest/gtest.h>

#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;
using test::ToHex;

// A message of 30 bytes: a header, and two bytes of body.
Bytes Message(uint8_t mark = 1) {
  Bytes message = FromHex("0102030405060708 0000000000000000 21 20 22 08 00000000 0000001e 0000");
  message[29] = mark;
  return message;
}

Bytes Framed(ByteSpan message) {
  Bytes bytes;
  Writer writer(&bytes);
  WriteFramed(message, &writer);
  return bytes;
}

// Feeds a stream in segments of `size` and returns the messages in hex, then "error" if it ended
// so.
std::vector<std::string> Deframe(StreamFraming framing, ByteSpan stream, size_t size) {
  StreamDeframer deframer(framing);
  std::vector<std::string> messages;
  for (size_t at = 0; at < stream.size(); at += size) {
    deframer.Append(stream.subspan(at, std::min(size, stream.size() - at)));
    for (;;) {
      ByteSpan message;
      const DeframeStatus status = deframer.Next(&message);
      if (status == DeframeStatus::kNeedMore) break;
      if (status == DeframeStatus::kError) {
        messages.push_back("error");
        return messages;
      }
      messages.push_back(ToHex(message));
    }
  }
  return messages;
}

using Texts = std::vector<std::string>;

TEST(Marker, StandsBeforeTheMessage) {
  Bytes bytes;
  Writer writer(&bytes);
  WriteMarked(FromHex("aabb"), &writer);
  EXPECT_EQ(ToHex(bytes), "00000000aabb");
  const auto stripped = StripMarker(bytes);
  ASSERT_TRUE(stripped);
  EXPECT_EQ(ToHex(*stripped), "aabb");
}

TEST(Marker, EspAndKeepalivesHaveNone) {
  EXPECT_FALSE(StripMarker(FromHex("ff")));
  EXPECT_FALSE(StripMarker(FromHex("00000001 aabb")));
  EXPECT_FALSE(StripMarker(FromHex("000000")));
  EXPECT_FALSE(StripMarker({}));
}

// RFC 9329 section 3: the length counts itself, marker and message.
TEST(Framing, CountsItself) { EXPECT_EQ(ToHex(Framed(FromHex("aabb"))), "000800000000aabb"); }

TEST(Framing, FindsMessagesHoweverTheSegmentsFall) {
  Bytes stream = Framed(Message(1));
  const Bytes second = Framed(Message(2));
  stream.insert(stream.end(), second.begin(), second.end());
  const Texts expected = {ToHex(Message(1)), ToHex(Message(2))};
  for (size_t size = 1; size <= stream.size(); ++size) {
    EXPECT_EQ(Deframe(StreamFraming::kLengthPrefixed, stream, size), expected) << size;
  }
}

TEST(Framing, PassesOverKeepalivesEmptyFramesAndEsp) {
  Bytes stream = FromHex("0003ff 0002 000a 12345678 9abcdef0");
  const Bytes frame = Framed(Message());
  stream.insert(stream.end(), frame.begin(), frame.end());
  EXPECT_EQ(Deframe(StreamFraming::kLengthPrefixed, stream, 1), Texts{ToHex(Message())});
}

TEST(Framing, LengthsOf0And1AreErrorsForGood) {
  for (const char* hex : {"0000", "0001"}) {
    StreamDeframer deframer(StreamFraming::kLengthPrefixed);
    deframer.Append(FromHex(hex));
    ByteSpan message;
    EXPECT_EQ(deframer.Next(&message), DeframeStatus::kError);
    deframer.Append(Framed(Message()));
    EXPECT_EQ(deframer.Next(&message), DeframeStatus::kError);
  }
}

TEST(Framing, TakesTheLargestMessage) {
  const Bytes message(kMaxFramedMessage, 0x11);
  const Bytes frame = Framed(message);
  ASSERT_EQ(frame.size(), 65535u);
  EXPECT_EQ(Deframe(StreamFraming::kLengthPrefixed, frame, 1460), Texts{ToHex(message)});
}

TEST(Bare, FindsMessagesHoweverTheSegmentsFall) {
  Bytes stream = Message(1);
  const Bytes second = Message(2);
  stream.insert(stream.end(), second.begin(), second.end());
  const Texts expected = {ToHex(Message(1)), ToHex(Message(2))};
  for (size_t size = 1; size <= stream.size(); ++size) {
    EXPECT_EQ(Deframe(StreamFraming::kIkeHeader, stream, size), expected) << size;
  }
}

TEST(Bare, ALengthThatCannotBeIsAnError) {
  Bytes tiny = Message();
  tiny[27] = 27;
  EXPECT_EQ(Deframe(StreamFraming::kIkeHeader, tiny, 64), Texts{"error"});
  Bytes huge = Message();
  huge[25] = 1;  // more than 65536
  EXPECT_EQ(Deframe(StreamFraming::kIkeHeader, huge, 64), Texts{"error"});
}

TEST(Bare, WaitsForTheRest) {
  Bytes stream = Message();
  stream.pop_back();
  EXPECT_EQ(Deframe(StreamFraming::kIkeHeader, stream, 64), Texts{});
}

}  // namespace
}  // namespace ike::wire
