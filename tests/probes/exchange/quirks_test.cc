// Irregular answers that are clearly answers, through the whole exchange: each makes the endpoint
// up and is named; with another SPI it is nothing.
#include "probes/wire/quirks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/probes/exchange/ikev1_messages.h"

namespace ike::test {
namespace {

using testing::ElementsAre;

const std::vector<OfferedTransform> kSuite = {{1, 20, 256}, {2, 7, 0}, {4, 31, 0}};

struct Irregular {
  std::string what;
  std::string quirk;
  Bytes answer;
  AnswerKind kind = AnswerKind::kSelected;
};

std::vector<std::string> Names(uint16_t quirks) {
  std::vector<std::string> names;
  ForEachQuirk(quirks, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

Bytes Ikev2With(const std::function<void(wire::IkeHeader*)>& change) {
  wire::IkeHeader header = Ikev2Message::Header();
  change(&header);
  return Ikev2Message(header).Sa(kSuite).Ke(31).Nonce().Done();
}

Bytes Ikev2Choice(std::vector<OfferedTransform> transforms, uint8_t number = 1) {
  return Ikev2Message().Sa(std::move(transforms), number).Ke(31).Nonce().Done();
}

// The choice with an SPI of `size` bytes, which no builder of ours writes.
Bytes Ikev2ChoiceWithSpi(size_t size) {
  Bytes body;
  Writer writer(&body);
  const std::vector<OfferedProposal> proposals = {{kSuite}};
  wire::WriteIkev2Sa(proposals, &writer);
  body[6] = static_cast<uint8_t>(size);
  body.insert(body.begin() + 8, size, 0x5a);
  writer.PatchU16(2, static_cast<uint16_t>(body.size()));
  return Ikev2Message().Payload(wire::v2::payload::kSa, body).Ke(31).Nonce().Done();
}

Bytes Followed(Bytes message, size_t bytes) {
  message.resize(message.size() + bytes);
  return message;
}

// Bytes that the header's length counts, but no payload.
Bytes Stretched(Bytes message, size_t bytes) {
  message = Followed(std::move(message), bytes);
  Writer(&message).PatchU32(wire::kLengthOffset, static_cast<uint32_t>(message.size()));
  return message;
}

Bytes InformationalRefusal(uint8_t flags) {
  wire::IkeHeader header = Ikev2Message::Header();
  header.exchange_type = wire::v2::exchange::kInformational;
  header.responder_spi = 0;
  header.flags = flags;
  return Ikev2Message(header).Notify(wire::v2::notify::kNoProposalChosen).Done();
}

std::vector<Irregular> OfIkev2() {
  return {
      {"16 bytes behind", "trailing_bytes", Followed(Selection(), 16)},
      {"a byte behind a refusal", "trailing_bytes", Followed(NotifyOnly(14), 1),
       AnswerKind::kErrorNotify},
      {"4 bytes behind the last payload", "trailing_bytes", Stretched(Selection(), 4)},
      {"SPI of 8", "proposal_spi", Ikev2ChoiceWithSpi(8)},
      {"SPI of 4", "proposal_spi", Ikev2ChoiceWithSpi(4)},
      {"ESN", "foreign_transform", Ikev2Choice({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}, {5, 0, 0}})},
      {"type 200", "foreign_transform",
       Ikev2Choice({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}, {200, 1, 0}})},
      {"key length at a PRF", "unexpected_key_length",
       Ikev2Choice({{1, 20, 256}, {2, 7, 512}, {4, 31, 0}})},
      {"proposal 0", "proposal_number", Ikev2Choice(kSuite, 0)},
      {"proposal 2", "proposal_number", Ikev2Choice(kSuite, 2)},
      {"proposal 255", "proposal_number", Ikev2Choice(kSuite, 255)},
      {"initiator flag", "initiator_flag", Ikev2With([](auto* h) { h->flags = 0x28; })},
      {"message id 1", "message_id", Ikev2With([](auto* h) { h->message_id = 1; })},
      {"version 2.1", "minor_version", Ikev2With([](auto* h) { h->version = 0x21; })},
      {"INFORMATIONAL response", "informational_refusal", InformationalRefusal(0x20),
       AnswerKind::kErrorNotify},
      {"INFORMATIONAL request", "informational_refusal", InformationalRefusal(0),
       AnswerKind::kErrorNotify}};
}

Bytes Ikev1With(const std::function<void(wire::IkeHeader*)>& change) {
  wire::IkeHeader header = Header(2);
  change(&header);
  return Ikev1Message(header).Sa({kAes256}).Done();
}

Bytes Ikev1ChoiceNumbered(uint8_t number) {
  Bytes body;
  Writer writer(&body);
  const std::vector<Ikev1Transform> transforms = {kAes256};
  wire::WriteIkev1Sa(transforms, &writer);
  body[8 + 4] = number;  // behind DOI and situation
  return Ikev1Message(Header(2)).Payload(payload::kSa, body).Done();
}

std::vector<Irregular> OfIkev1() {
  return {{"16 bytes behind", "trailing_bytes", Followed(MainAnswer(), 16)},
          {"a byte behind a refusal", "trailing_bytes", Followed(Refusal(14), 1),
           AnswerKind::kErrorNotify},
          {"4 bytes behind the last payload", "trailing_bytes", Stretched(MainAnswer(), 4)},
          {"key length at 3DES", "unexpected_key_length", MainAnswer({{5, 192, 2, 1, 2, 28800}})},
          {"proposal 0", "proposal_number", Ikev1ChoiceNumbered(0)},
          {"message id 1", "message_id", Ikev1With([](auto* h) { h->message_id = 1; })},
          {"version 1.1", "minor_version", Ikev1With([](auto* h) { h->version = 0x11; })}};
}

void ExpectUpWithQuirk(const Opening& opening, const Irregular& irregular) {
  ExchangeUnderTest t(opening);
  t.now += milliseconds(7);
  t.Receive(irregular.answer);
  ASSERT_TRUE(t.exchange.done()) << irregular.what;
  EXPECT_EQ(t.outcome().answer, irregular.kind) << irregular.what;
  EXPECT_TRUE(t.outcome().version_answered) << irregular.what;
  EXPECT_EQ(t.outcome().rtt, milliseconds(7)) << irregular.what;
  EXPECT_THAT(Names(t.outcome().quirks), ElementsAre(irregular.quirk)) << irregular.what;
}

void ExpectNothingUnderAnotherSpi(const Opening& opening, Irregular irregular) {
  irregular.answer[7] ^= 1;
  ExchangeUnderTest t(opening);
  t.Receive(irregular.answer);
  EXPECT_FALSE(t.exchange.done()) << irregular.what;
  t.RunToDeadline();
  EXPECT_FALSE(t.outcome().answered()) << irregular.what;
  EXPECT_FALSE(t.outcome().version_answered) << irregular.what;
  EXPECT_EQ(t.outcome().quirks, 0) << irregular.what;
}

TEST(Quirks, OfIkev2AreNamedAndTheEndpointIsUp) {
  for (const Irregular& irregular : OfIkev2()) {
    ExpectUpWithQuirk(SomeIkev2Opening(), irregular);
    ExpectNothingUnderAnotherSpi(SomeIkev2Opening(), irregular);
  }
}

TEST(Quirks, OfIkev1AreNamedAndTheEndpointIsUp) {
  for (const Irregular& irregular : OfIkev1()) {
    ExpectUpWithQuirk(MainOpening(), irregular);
    ExpectNothingUnderAnotherSpi(MainOpening(), irregular);
  }
}

TEST(Quirks, RegularAnswersHaveNone) {
  ExchangeUnderTest v2;
  v2.Receive(Selection());
  EXPECT_EQ(v2.outcome().quirks, 0);
  ExchangeUnderTest v1(MainOpening());
  v1.Receive(Refusal(14));
  EXPECT_EQ(v1.outcome().quirks, 0);
}

TEST(Quirks, AWrongProposalNumberIsPutRight) {
  ExchangeUnderTest t;
  t.Receive(Ikev2Choice({{1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 31, 0}}, 0));
  EXPECT_EQ(t.outcome().ikev2.proposal_number, 2);
}

TEST(Quirks, TheKeyLengthOf3DesIsLeftOut) {
  Ikev2Opening opening = SomeIkev2Opening();
  opening.proposals = {{{{1, 3, 0}, {2, 2, 0}, {3, 2, 0}, {4, 31, 0}}}};
  ExchangeUnderTest t(opening);
  t.Receive(Ikev2Choice({{1, 3, 192}, {2, 2, 0}, {3, 2, 0}, {4, 31, 0}}));
  ASSERT_TRUE(t.outcome().selected());
  EXPECT_EQ(t.outcome().ikev2.key_length, 0);
  EXPECT_THAT(Names(t.outcome().quirks), ElementsAre("unexpected_key_length"));
}

TEST(Quirks, OfSeveralAnswersAreAllListed) {
  ExchangeUnderTest t;
  t.Receive(Followed(InvalidKe(14), 3));
  wire::IkeHeader header = Ikev2Message::Header();
  header.version = 0x21;
  t.Receive(Ikev2Message(header).Sa({{1, 20, 256}, {2, 7, 0}, {4, 14, 0}}).Ke(14).Nonce().Done());
  ASSERT_TRUE(t.outcome().selected());
  EXPECT_THAT(Names(t.outcome().quirks), ElementsAre("trailing_bytes", "minor_version"));
  t.Begin();
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().quirks, 0) << "of an earlier exchange";
}

TEST(Quirks, AStatusOrAChoiceInAnotherExchangeIsNoRefusal) {
  wire::IkeHeader header = Ikev2Message::Header();
  header.exchange_type = wire::v2::exchange::kInformational;
  for (const Bytes& message :
       {Ikev2Message(header).Notify(wire::v2::notify::kFragmentationSupported).Done(),
        Ikev2Message(header).Notify(wire::v2::notify::kCookie, Bytes(16, 1)).Done(),
        Ikev2Message(header).Sa(kSuite).Ke(31).Nonce().Done()}) {
    ExchangeUnderTest t;
    t.Receive(message);
    EXPECT_FALSE(t.exchange.done());
    EXPECT_EQ(t.outcome().quirks, 0);
  }
}

}  // namespace
}  // namespace ike::test
