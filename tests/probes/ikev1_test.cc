// Main and Aggressive Mode, which share most of their code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "probes/ikev1_aggressive.h"
#include "probes/ikev1_main.h"
#include "probes/wire/identification.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/vendor_id.h"
#include "tests/probes/exchange_fixture.h"

namespace ike::test {
namespace {

namespace payload = wire::v1::payload;
using testing::ElementsAre;

constexpr Ikev1Transform kAes256{7, 256, 4, 1, 14, 28800};
constexpr Ikev1Transform kAesAnyLength{7, 0, 2, 1, 14, 28800};
constexpr Ikev1Transform kTripleDes{5, 0, 2, 1, 2, 28800};

Ikev1Opening MainOpening() {
  Ikev1Opening opening;
  opening.transforms = {kAes256, kAesAnyLength, kTripleDes};
  return opening;
}
Ikev1Opening AggressiveOpening() {
  Ikev1Opening opening;
  opening.mode = Ikev1Mode::kAggressive;
  opening.transforms = {kAes256, kAesAnyLength};
  opening.group = 14;
  return opening;
}

wire::IkeHeader Header(uint8_t exchange) {
  return {.initiator_spi = kSpi,
          .responder_spi = kResponderSpi,
          .version = wire::kVersion1,
          .exchange_type = exchange};
}

class Ikev1Message {
 public:
  explicit Ikev1Message(wire::IkeHeader header) : builder_(&bytes_, header) {}

  Ikev1Message& Sa(std::vector<Ikev1Transform> transforms) {
    Bytes body;
    Writer writer(&body);
    wire::WriteIkev1Sa(transforms, &writer);
    return Payload(payload::kSa, body);
  }
  Ikev1Message& Notify(uint16_t type, ByteSpan spi = {}) {
    Bytes body;
    Writer writer(&body);
    wire::WriteIkev1Notify({.doi = 1, .protocol = 1, .type = type, .spi = spi, .data = {}},
                           &writer);
    return Payload(payload::kNotify, body);
  }
  Ikev1Message& Payload(uint8_t type, ByteSpan body) {
    builder_.Add(type, body);
    return *this;
  }
  Bytes Done() {
    builder_.Finish();
    return bytes_;
  }

 private:
  Bytes bytes_;
  wire::MessageBuilder builder_;
};

Bytes MainAnswer(std::vector<Ikev1Transform> transforms = {kAes256}) {
  return Ikev1Message(Header(2)).Sa(std::move(transforms)).Done();
}
Bytes AggressiveAnswer(std::vector<uint8_t> left_out = {}) {
  Ikev1Message message(Header(4));
  const auto add = [&](uint8_t type, ByteSpan body) {
    const bool is_left_out = std::find(left_out.begin(), left_out.end(), type) != left_out.end();
    if (!is_left_out) message.Payload(type, body);
  };
  if (std::find(left_out.begin(), left_out.end(), payload::kSa) == left_out.end()) {
    message.Sa({kAes256});
  }
  add(payload::kKe, Bytes(256, 3));
  add(payload::kNonce, Bytes(32, 4));
  add(payload::kId, Bytes{2, 0, 0, 0, 'g', 'w'});
  add(payload::kHash, Bytes(20, 0x5e));
  return message.Done();
}
Bytes Refusal(uint16_t type, uint32_t message_id = 77, uint64_t responder_spi = 0) {
  wire::IkeHeader header = Header(5);
  header.message_id = message_id;
  header.responder_spi = responder_spi;
  return Ikev1Message(header).Notify(type).Done();
}

std::vector<uint8_t> PayloadTypes(ByteSpan message) {
  std::vector<uint8_t> types;
  const auto header = wire::ParseIkeHeader(message);
  wire::PayloadCursor cursor(header->next_payload, *wire::MessageBody(*header, message));
  while (const auto p = cursor.Next()) types.push_back(p->type);
  EXPECT_TRUE(cursor.ok() && cursor.trailing().empty());
  EXPECT_EQ(header->length, message.size());
  return types;
}

TEST(Ikev1Main, FirstMessageIsSaAndVendorIds) {
  ExchangeUnderTest t(MainOpening());
  EXPECT_THAT(PayloadTypes(t.sent[0]), ElementsAre(1, 13, 13, 13, 13, 13));
  const auto header = wire::ParseIkeHeader(t.sent[0]);
  EXPECT_EQ(header->version, wire::kVersion1);
  EXPECT_EQ(header->exchange_type, 2);
  EXPECT_EQ(header->flags, 0);
  EXPECT_EQ(header->initiator_spi, kSpi);
  EXPECT_EQ(header->responder_spi, 0u);
  Ikev1Opening plain = MainOpening();
  plain.send_vendor_ids = false;
  EXPECT_THAT(PayloadTypes(ExchangeUnderTest(plain).sent[0]), ElementsAre(1));
}

TEST(Ikev1Main, SelectionEndsTheExchange) {
  ExchangeUnderTest t(MainOpening());
  t.now += milliseconds(12);
  t.Receive(MainAnswer());
  ASSERT_TRUE(t.exchange.done());
  const Outcome& outcome = t.outcome();
  EXPECT_EQ(outcome.version, IkeVersion::kV1);
  EXPECT_EQ(outcome.answer, AnswerKind::kSelected);
  EXPECT_EQ(outcome.reason, Reason::kNone);
  EXPECT_TRUE(outcome.version_answered);
  EXPECT_EQ(outcome.ikev1, (Ikev1Suite{7, 256, 4, 1, 14, 28800}));
  EXPECT_EQ(outcome.rtt, milliseconds(12));
  EXPECT_EQ(outcome.responder_spi, kResponderSpi);
  EXPECT_EQ(outcome.details.proposal_count, 1u);
  EXPECT_EQ(outcome.details.transform_count, 1u);
  EXPECT_EQ(outcome.key_exchange_group, 0);
  EXPECT_EQ(outcome.nat_local, NatState::kUnknown);
}

TEST(Ikev1Main, VendorIdsTellFeatures) {
  ExchangeUnderTest t(MainOpening());
  t.Receive(Ikev1Message(Header(2))
                .Sa({kAes256})
                .Payload(payload::kVendorId, wire::kVendorIdNatT)
                .Payload(payload::kVendorId, ByteSpan(wire::kVendorIdFragmentation).first(16))
                .Done());
  EXPECT_EQ(t.outcome().features, kFeatureNatTraversal | kFeatureFragmentation);
  EXPECT_TRUE(t.outcome().details.nat_traversal_vendor_id);
  EXPECT_EQ(t.outcome().details.vendor_ids.size(), 2u);
  ExchangeUnderTest without(MainOpening());
  without.Receive(MainAnswer());
  EXPECT_EQ(without.outcome().features, 0);
  EXPECT_FALSE(without.outcome().details.nat_traversal_vendor_id);
}

TEST(Ikev1Main, RefusalsInTheClearAreAnswers) {
  for (const Bytes& message : {Refusal(14), Refusal(14, 0, kResponderSpi)}) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(message);
    ASSERT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().answer, AnswerKind::kErrorNotify);
    EXPECT_EQ(t.outcome().reason, Reason::kRejected);
    EXPECT_EQ(t.outcome().error_notify, 14);
    EXPECT_TRUE(t.outcome().version_answered);
    EXPECT_TRUE(t.outcome().leaves_no_state());
  }
}

TEST(Ikev1Main, InvalidMajorVersionOfEitherVersionIsNoIkev1) {
  for (const Bytes& message : {Refusal(5), NotifyOnly(wire::v2::notify::kInvalidMajorVersion)}) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(message);
    ASSERT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().error_notify, 5);
    EXPECT_FALSE(t.outcome().version_answered);
  }
  ExchangeUnderTest t(MainOpening());
  t.Receive(NotifyOnly(14));
  EXPECT_FALSE(t.exchange.done()) << "another notify of IKEv2 is none of ours";
}

TEST(Ikev1Main, MeaningOfAttributesCounts) {
  struct Case {
    Ikev1Transform answer;
    bool accepted;
  };
  const Case cases[] = {
      {{7, 128, 2, 1, 14, 28800}, true},  // AES without a key length is AES-128 (strongSwan)
      {{7, 0, 2, 1, 14, 28800}, true},    // or is echoed without (libreswan)
      {{5, 192, 2, 1, 2, 28800}, true},   // 3DES has one length
      {{7, 256, 4, 1, 14, 3600}, true},   // a life may be shorter
      {{7, 256, 4, 1, 14, 0}, true},      // or missing
      {{7, 256, 4, 3, 14, 28800}, true},  // authentication: the answer stands
      {{7, 192, 2, 1, 14, 28800}, false}, {{7, 128, 4, 1, 14, 28800}, false},
      {{7, 256, 2, 1, 14, 28800}, false}, {{7, 256, 4, 1, 5, 28800}, false},
      {{1, 0, 2, 1, 2, 28800}, false}};
  for (const Case& c : cases) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(MainAnswer({c.answer}));
    EXPECT_EQ(t.exchange.done(), c.accepted)
        << c.answer.encryption << " " << c.answer.key_length << " " << c.answer.hash;
    if (c.accepted) {
      EXPECT_EQ(t.outcome().ikev1.authentication, c.answer.authentication);
    }
  }
}

TEST(Ikev1Main, MessagesThatDoNotFitAreGarbage) {
  const auto with = [](const std::function<void(wire::IkeHeader*)>& change) {
    wire::IkeHeader header = Header(2);
    change(&header);
    return Ikev1Message(header).Sa({kAes256}).Done();
  };
  wire::IkeHeader encrypted = Header(5);
  encrypted.flags = wire::v1::flag::kEncryption;
  Bytes longer = MainAnswer();
  longer.push_back(0);
  const std::pair<std::string, Bytes> messages[] = {
      {"wrong cookie", with([](auto* h) { h->initiator_spi ^= 1; })},
      {"no responder cookie", with([](auto* h) { h->responder_spi = 0; })},
      {"Aggressive Mode", with([](auto* h) { h->exchange_type = 4; })},
      {"Informational with an SA", with([](auto* h) { h->exchange_type = 5; })},
      {"message id", with([](auto* h) { h->message_id = 1; })},
      {"encrypted", with([](auto* h) { h->flags = 1; })},
      {"version 2", with([](auto* h) { h->version = 0x20; })},
      {"version 0", with([](auto* h) { h->version = 0; })},
      {"encrypted notify", Ikev1Message(encrypted).Notify(14).Done()},
      {"status notify", Refusal(24578)},
      {"notify of type 0", Refusal(0)},
      {"two transforms", MainAnswer({kAes256, kTripleDes})},
      {"no transform", MainAnswer({})},
      {"no payload", Ikev1Message(Header(2)).Done()},
      {"two SAs", Ikev1Message(Header(2)).Sa({kAes256}).Sa({kAes256}).Done()},
      {"our own message", ExchangeUnderTest(MainOpening()).sent[0]},
      {"IKEv2 selection", Selection()},
      {"trailing byte", longer},
      {"empty", {}}};
  for (const auto& [name, message] : messages) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(message);
    EXPECT_FALSE(t.exchange.done()) << name;
    t.RunToDeadline();
    EXPECT_EQ(t.outcome().reason, Reason::kMalformed) << name;
    EXPECT_EQ(t.outcome().packets_received, 0u) << name;
  }
}

TEST(Ikev1Main, EveryTruncationIsIgnored) {
  const Bytes whole = MainAnswer();
  for (size_t size = 0; size < whole.size(); ++size) {
    ExchangeUnderTest t(MainOpening());
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    t.Receive(cut);
    if (size >= wire::kIkeHeaderSize) {
      Writer(&cut).PatchU32(wire::kLengthOffset, static_cast<uint32_t>(size));
      t.Receive(cut);
    }
    EXPECT_FALSE(t.exchange.done()) << size;
  }
}

TEST(Ikev1Main, PaddingToFourBytesIsNoTrailingGarbage) {
  for (size_t padding : {1u, 3u, 4u}) {
    Bytes padded = MainAnswer();
    padded.resize(padded.size() + padding);
    Writer(&padded).PatchU32(wire::kLengthOffset, static_cast<uint32_t>(padded.size()));
    ExchangeUnderTest t(MainOpening());
    t.Receive(padded);
    EXPECT_EQ(t.exchange.done(), padding < 4);
    padded.back() = 1;
    ExchangeUnderTest other(MainOpening());
    other.Receive(padded);
    EXPECT_FALSE(other.exchange.done());
  }
}

TEST(Ikev1Main, RetransmitsLikeEveryExchange) {
  ExchangeUnderTest t(MainOpening());
  EXPECT_EQ(t.TickNext(), t.sent[0]);
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
  EXPECT_EQ(t.outcome().packets_sent, 3u);
}

TEST(Ikev1Aggressive, FirstMessageHasTheOrderOfTheRfc) {
  ExchangeUnderTest t(AggressiveOpening());
  EXPECT_THAT(PayloadTypes(t.sent[0]), ElementsAre(1, 4, 10, 5, 13, 13, 13, 13, 13));
  EXPECT_EQ(wire::ParseIkeHeader(t.sent[0])->exchange_type, 4);
}

wire::Ikev1Identification SentIdentity(const ExchangeUnderTest& t) {
  const Bytes& message = t.sent.back();
  const auto header = wire::ParseIkeHeader(message);
  wire::PayloadCursor cursor(header->next_payload, *wire::MessageBody(*header, message));
  while (const auto p = cursor.Next()) {
    if (p->type == payload::kId) return *wire::ParseIkev1Identification(p->body);
    if (p->type == payload::kKe) {
      EXPECT_EQ(p->body.size(), 40u);
      EXPECT_EQ(p->body[0], 14);
    }
    if (p->type == payload::kNonce) {
      EXPECT_EQ(p->body.size(), 32u);
      EXPECT_EQ(p->body[31], 0x4e);
    }
  }
  ADD_FAILURE() << "no ID";
  return {};
}

TEST(Ikev1Aggressive, IdentityIsOurAddressUnlessOneIsGiven) {
  ExchangeUnderTest t(AggressiveOpening());
  wire::Ikev1Identification id = SentIdentity(t);
  EXPECT_EQ(id.type, 1);
  EXPECT_THAT(id.data, ElementsAre(192, 0, 2, 1));

  t.seed.local.address = IpAddress{{0x20, 1, 0xd, 0xb8}, 16, 0};
  t.Begin();
  id = SentIdentity(t);
  EXPECT_EQ(id.type, 5);
  EXPECT_EQ(id.data.size(), 16u);
  EXPECT_EQ(id.data[0], 0x20);
  PayloadTypes(t.sent.back());

  Ikev1Opening opening = AggressiveOpening();
  opening.id = "203.0.113.9";
  ExchangeUnderTest fixed(opening);
  EXPECT_THAT(SentIdentity(fixed).data, ElementsAre(203, 0, 113, 9));

  opening.id_type = IdType::kFqdn;
  opening.id = "lab";
  ExchangeUnderTest name(opening);
  id = SentIdentity(name);
  EXPECT_EQ(id.type, 2);
  EXPECT_THAT(id.data, ElementsAre('l', 'a', 'b'));
}

TEST(Ikev1Aggressive, TextThatIsNoAddressMeansOurOwn) {
  for (const char* text : {"1.2.3", "1.2.3.4.5", "1..2.3", "256.1.1.1", "1.2.3.", "a", ".1.2.3"}) {
    Ikev1Opening opening = AggressiveOpening();
    opening.id = text;
    EXPECT_THAT(SentIdentity(ExchangeUnderTest(opening)).data, ElementsAre(192, 0, 2, 1)) << text;
  }
}

TEST(Ikev1Aggressive, SelectionNeedsAllPayloadsButTheHash) {
  ExchangeUnderTest t(AggressiveOpening());
  t.Receive(AggressiveAnswer());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().key_exchange_group, 14);
  for (uint8_t missing : {payload::kSa, payload::kKe, payload::kNonce, payload::kId}) {
    ExchangeUnderTest other(AggressiveOpening());
    other.Receive(AggressiveAnswer({missing}));
    EXPECT_FALSE(other.exchange.done()) << int{missing};
  }
  ExchangeUnderTest without_hash(AggressiveOpening());
  without_hash.Receive(AggressiveAnswer({payload::kHash}));
  EXPECT_TRUE(without_hash.exchange.done());
}

TEST(Ikev1Aggressive, NothingOfTheHashIsKept) {
  ExchangeUnderTest t(AggressiveOpening());
  t.Receive(AggressiveAnswer());
  EXPECT_THAT(t.outcome().details.payloads, ElementsAre(1, 4, 10, 5, 8));
  EXPECT_TRUE(t.outcome().details.vendor_ids.empty());
}

TEST(Ikev1Aggressive, RefusalOfTheIdentityIsAnAnswer) {
  ExchangeUnderTest t(AggressiveOpening());
  t.Receive(Refusal(18));
  EXPECT_EQ(t.outcome().answer, AnswerKind::kErrorNotify);
  EXPECT_EQ(t.outcome().error_notify, 18);
  EXPECT_TRUE(t.outcome().version_answered);
}

TEST(Ikev1Aggressive, WithoutPublicValueNothingIsSent) {
  ExchangeUnderTest t(AggressiveOpening());
  t.shares.missing[14] = true;
  t.Begin();
  EXPECT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kInternal);
}

TEST(Ikev1, OneExchangeServesAllDialoguesInTurn) {
  const PreparedOpening openings[] = {PreparedOpening(MainOpening()),
                                      PreparedOpening(SomeIkev2Opening()),
                                      PreparedOpening(AggressiveOpening())};
  ExchangeUnderTest t;
  const Bytes answers[] = {MainAnswer(), Selection(), AggressiveAnswer()};
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < 3; ++i) {
      t.exchange.Begin(openings[i], 0, t.seed, &t.shares, {t.now + seconds(5), seconds(1)}, t.now);
      t.Receive(answers[i]);
      ASSERT_TRUE(t.exchange.done());
      EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
      EXPECT_EQ(t.outcome().version, openings[i].version());
    }
  }
}

}  // namespace
}  // namespace ike::test
