// The parsers against what real daemons sent, read by an independent client when it was recorded.
#include "tests/support/recorded.h"

#include <gtest/gtest.h>

#include "probes/wire/encapsulation.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/payload_chain.h"
#include "tests/probes/wire/message_text.h"

namespace ike {
namespace {

using test::LoadRecorded;
using test::MessageText;
using test::RecordedExchange;

// The recording client's notes about the transport, which are not in the message.
std::string WithoutNotes(std::string result) {
  for (const char* note : {" [answer has non-ESP marker]", " (open)", "marker "}) {
    for (size_t at; (at = result.find(note)) != std::string::npos;) {
      result.erase(at, std::string(note).size());
    }
  }
  return result;
}

std::string Joined(const std::vector<Bytes>& messages) {
  std::string text;
  for (const Bytes& message : messages) {
    text += (text.empty() ? "" : " || ") + MessageText(message);
  }
  return text;
}

TEST(Recorded, EveryAnswerReadsAsItDidWhenItWasRecorded) {
  int compared = 0;
  for (const RecordedExchange& exchange : LoadRecorded()) {
    if (exchange.responses.empty()) continue;
    SCOPED_TRACE(exchange.peer + " " + exchange.name);
    EXPECT_EQ(Joined(exchange.responses), WithoutNotes(exchange.result));
    ++compared;
  }
  EXPECT_EQ(compared, 374);
}

// What the client that sent it reads, and the parsers refuse: a DOI that is not IPsec's (RFC 2407
// section 4.2), and a key exchange without a value.
std::string WithRefusals(const RecordedExchange& exchange) {
  std::string text = exchange.result;
  if (exchange.name == "v1-doi9") text.replace(text.find("SA #"), text.npos, "BAD SA");
  if (exchange.name == "v2-ke-empty") text.replace(text.find("KE g14 0B"), 9, "BAD KE");
  return text;
}

// Every kind of request that was recorded, the odd ones too: transform types 6 to 12, unknown
// types, ids and attributes, unknown payloads, a major version to come.
TEST(Recorded, EveryRequestReadsAsItsSenderReadsIt) {
  int compared = 0;
  for (const RecordedExchange& exchange : test::LoadRecordedRequests()) {
    SCOPED_TRACE(exchange.name);
    EXPECT_EQ(MessageText(exchange.request), WithRefusals(exchange));
    ++compared;
  }
  EXPECT_EQ(compared, 68);
}

TEST(Recorded, StreamsDeframeIntoTheMessagesRecorded) {
  int compared = 0;
  for (const RecordedExchange& exchange : LoadRecorded()) {
    if (exchange.response_stream.empty()) continue;
    SCOPED_TRACE(exchange.name);
    wire::StreamDeframer deframer(wire::StreamFraming::kLengthPrefixed);
    std::vector<Bytes> messages;
    for (uint8_t byte : exchange.response_stream) {
      deframer.Append({&byte, 1});
      ByteSpan message;
      const wire::DeframeStatus status = deframer.Next(&message);
      ASSERT_NE(status, wire::DeframeStatus::kError);
      if (status == wire::DeframeStatus::kMessage)
        messages.emplace_back(message.begin(), message.end());
    }
    EXPECT_EQ(Joined(messages), WithoutNotes(exchange.result));
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

// The SA payload of a message, if it has one.
std::optional<ByteSpan> FindSa(ByteSpan message) {
  const auto header = wire::ParseIkeHeader(message);
  if (!header) return std::nullopt;
  const auto body = wire::MessageBody(*header, message);
  if (!body) return std::nullopt;
  const uint8_t type =
      header->major_version() == 1 ? wire::v1::payload::kSa : wire::v2::payload::kSa;
  wire::PayloadCursor cursor(header->next_payload, *body);
  while (const auto payload = cursor.Next()) {
    if (payload->type == type) return payload->body;
  }
  return std::nullopt;
}

void ExpectAgreesWithGeneralParser(ByteSpan body, const Ikev2Suite& suite) {
  const auto proposals = wire::ParseIkev2Sa(body);
  ASSERT_TRUE(proposals && proposals->size() == 1);
  EXPECT_EQ(suite.proposal_number, proposals->front().number);
  for (const wire::Ikev2Transform& transform : proposals->front().transforms) {
    switch (transform.type) {
      case wire::v2::transform::kEncr:
        EXPECT_EQ(suite.encryption, transform.id);
        EXPECT_EQ(suite.key_length, transform.key_length);
        break;
      case wire::v2::transform::kPrf:
        EXPECT_EQ(suite.prf, transform.id);
        break;
      case wire::v2::transform::kInteg:
        EXPECT_EQ(suite.integrity, transform.id);
        break;
      case wire::v2::transform::kKe:
        EXPECT_EQ(suite.group, transform.id);
        break;
      default:
        ADD_FAILURE() << "type " << int{transform.type};
    }
  }
}

TEST(Recorded, EveryIkev2ChoiceIsASelection) {
  int selections = 0;
  for (const RecordedExchange& exchange : LoadRecorded()) {
    for (const Bytes& response : exchange.responses) {
      const auto sa = FindSa(response);
      if (!sa || wire::ParseIkeHeader(response)->major_version() != 2) continue;
      SCOPED_TRACE(exchange.peer + " " + exchange.name);
      const auto suite = wire::ParseIkev2Selection(*sa);
      ASSERT_TRUE(suite);
      // strongSwan gives back an SPI that the request should not have had.
      EXPECT_EQ(suite->quirks, exchange.name == "v2-spi8" ? kQuirkProposalSpi : 0);
      ExpectAgreesWithGeneralParser(*sa, *suite);
      ++selections;
    }
  }
  EXPECT_GT(selections, 100);
}

TEST(Recorded, EveryIkev1ChoiceIsASelection) {
  int selections = 0;
  for (const RecordedExchange& exchange : LoadRecorded()) {
    for (const Bytes& response : exchange.responses) {
      const auto sa = FindSa(response);
      if (!sa || wire::ParseIkeHeader(response)->major_version() != 1) continue;
      SCOPED_TRACE(exchange.peer + " " + exchange.name);
      const auto selection = wire::ParseIkev1Selection(*sa);
      ASSERT_TRUE(selection && selection->suite);
      EXPECT_EQ(selection->proposals, 1u);
      EXPECT_EQ(selection->transforms, 1u);
      EXPECT_EQ(exchange.result.find("aes256") != std::string::npos,
                selection->suite->key_length == 256);
      ++selections;
    }
  }
  EXPECT_GT(selections, 20);
}

// No cut of a recorded message may be read as more than it is, and none may be read past its end
// (which the sanitizers see).
TEST(Recorded, TruncationsAreRefused) {
  for (const RecordedExchange& exchange : LoadRecorded()) {
    for (const Bytes& response : exchange.responses) {
      for (size_t size = 0; size < response.size(); ++size) {
        const Bytes cut(response.begin(), response.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_TRUE(MessageText(cut).starts_with("malformed")) << size;
      }
      const auto sa = FindSa(response);
      for (size_t size = 0; sa && size < sa->size(); ++size) {
        const Bytes cut(sa->begin(), sa->begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(wire::ParseIkev2Selection(cut)) << size;
        EXPECT_FALSE(wire::ParseIkev2Sa(cut)) << size;
        const auto selection = wire::ParseIkev1Selection(cut);
        EXPECT_FALSE(selection && selection->suite) << size;
      }
    }
  }
}

}  // namespace
}  // namespace ike
