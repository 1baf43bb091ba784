#include "probes/exchange/ikev2_init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/nat_detection.h"
#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {
namespace {

namespace notify = wire::v2::notify;
using testing::ElementsAre;

// The payload types of a message and the notify types among them, in order.
struct Walk {
  explicit Walk(ByteSpan message) {
    const auto header = wire::ParseIkeHeader(message);
    const auto body = wire::MessageBody(*header, message);
    wire::PayloadCursor cursor(header->next_payload, *body);
    while (const auto payload = cursor.Next()) {
      types.push_back(payload->type);
      if (payload->type == wire::v2::payload::kNotify) {
        notifies.push_back(wire::ParseIkev2Notify(payload->body)->type);
      }
      if (payload->type == wire::v2::payload::kKe) {
        ke_group = wire::ParseIkev2Ke(payload->body)->group;
        ke_value = wire::ParseIkev2Ke(payload->body)->value;
      }
    }
    complete = cursor.ok() && cursor.trailing().empty() && header->length == message.size();
  }
  std::vector<uint8_t> types;
  std::vector<uint16_t> notifies;
  uint16_t ke_group = 0;
  ByteSpan ke_value;
  bool complete = false;
};

TEST(Ikev2Init, FirstMessageHasTheOrderOfTheRfc) {
  ExchangeUnderTest t;
  ASSERT_EQ(t.sent.size(), 1u);
  const Walk walk(t.sent[0]);
  EXPECT_TRUE(walk.complete);
  EXPECT_THAT(walk.types, ElementsAre(33, 34, 40, 41, 41, 41, 41, 41, 41));
  EXPECT_THAT(walk.notifies, ElementsAre(16388, 16389, 16430, 16431, 16435, 16438));
  EXPECT_EQ(walk.ke_group, 31);
  EXPECT_EQ(walk.ke_value.size(), 40u);
  const auto header = wire::ParseIkeHeader(t.sent[0]);
  EXPECT_EQ(header->initiator_spi, kSpi);
  EXPECT_EQ(header->responder_spi, 0u);
  EXPECT_EQ(header->flags, wire::v2::flag::kInitiator);
  EXPECT_EQ(header->message_id, 0u);
}

TEST(Ikev2Init, SelectionEndsTheExchange) {
  ExchangeUnderTest t;
  t.now += milliseconds(20);
  EXPECT_TRUE(t.Receive(Selection()).empty());
  ASSERT_TRUE(t.exchange.done());
  const Outcome& outcome = t.outcome();
  EXPECT_EQ(outcome.answer, AnswerKind::kSelected);
  EXPECT_EQ(outcome.reason, Reason::kNone);
  EXPECT_TRUE(outcome.version_answered);
  EXPECT_EQ(outcome.ikev2.encryption, 20);
  EXPECT_EQ(outcome.ikev2.key_length, 256);
  EXPECT_EQ(outcome.ikev2.integrity, 0);
  EXPECT_EQ(outcome.ikev2.prf, 7);
  EXPECT_EQ(outcome.ikev2.group, 31);
  EXPECT_EQ(outcome.ikev2.proposal_number, 1);
  EXPECT_EQ(outcome.responder_spi, kResponderSpi);
  EXPECT_EQ(outcome.rtt, milliseconds(20));
  EXPECT_EQ(outcome.duration, milliseconds(20));
  EXPECT_EQ(outcome.packets_sent, 1u);
  EXPECT_EQ(outcome.packets_received, 1u);
  EXPECT_FALSE(outcome.leaves_no_state());
  EXPECT_THAT(outcome.details.payloads, ElementsAre(33, 34, 40));
  EXPECT_EQ(t.exchange.NextTimer(), TimePoint::max());
}

// RFC 7296 section 3.1.
TEST(Ikev2Init, ASelectionWithoutAResponderSpiIsNone) {
  ExchangeUnderTest t;
  wire::IkeHeader header = Ikev2Message::Header();
  header.responder_spi = 0;
  t.Receive(Ikev2Message(header).Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Ke(31).Nonce().Done());
  EXPECT_FALSE(t.exchange.done());
  EXPECT_FALSE(t.exchange.answered());
  t.Receive(Selection());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_TRUE(t.outcome().selected());
}

TEST(Ikev2Init, ErrorNotifyIsAnAnswer) {
  ExchangeUnderTest t;
  t.Receive(NotifyOnly(notify::kNoProposalChosen));
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kErrorNotify);
  EXPECT_EQ(t.outcome().reason, Reason::kRejected);
  EXPECT_EQ(t.outcome().error_notify, 14);
  EXPECT_TRUE(t.outcome().version_answered);
  EXPECT_TRUE(t.outcome().leaves_no_state());
  EXPECT_EQ(t.outcome().nat_local, NatState::kUnknown);
  EXPECT_EQ(t.outcome().nat_remote, NatState::kUnknown);
}

TEST(Ikev2Init, CookieIsReturnedFirstInTheSameMessage) {
  ExchangeUnderTest t;
  t.shares.shift = 1;  // the pool moved on: the message must not
  const Bytes again = t.Receive(CookieAnswer(7));
  const Walk walk(again);
  EXPECT_TRUE(walk.complete);
  ASSERT_FALSE(walk.types.empty());
  EXPECT_EQ(walk.types[0], 41);
  EXPECT_EQ(walk.notifies[0], notify::kCookie);
  constexpr size_t kCookiePayload = 8 + 24;
  ASSERT_EQ(again.size(), t.sent[0].size() + kCookiePayload);
  EXPECT_TRUE(
      std::equal(t.sent[0].begin() + 28, t.sent[0].end(), again.begin() + 28 + kCookiePayload));
  EXPECT_TRUE(std::equal(t.sent[0].begin(), t.sent[0].begin() + 16, again.begin()));
  EXPECT_FALSE(t.exchange.done());
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_TRUE(t.outcome().cookie_required);
  EXPECT_EQ(t.outcome().packets_sent, 2u);
  EXPECT_EQ(t.outcome().packets_received, 2u);
}

TEST(Ikev2Init, NewestCookieReplacesTheOldOne) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(7, 24));
  const Bytes third = t.Receive(CookieAnswer(8, 64));
  const Walk walk(third);
  EXPECT_TRUE(walk.complete);
  EXPECT_EQ(third.size(), t.sent[0].size() + 8 + 64);
  EXPECT_EQ(third[28 + 8], 8);
  EXPECT_EQ(std::count(walk.notifies.begin(), walk.notifies.end(), notify::kCookie), 1);
}

TEST(Ikev2Init, EndlessCookiesEndAfterThree) {
  ExchangeUnderTest t;
  for (uint8_t i = 1; i <= 3; ++i) EXPECT_FALSE(t.Receive(CookieAnswer(i)).empty());
  EXPECT_TRUE(t.Receive(CookieAnswer(4)).empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kCookie);
  EXPECT_EQ(t.outcome().reason, Reason::kRejected);
  EXPECT_TRUE(t.outcome().version_answered);
  EXPECT_EQ(t.outcome().error_notify, 0);
  EXPECT_EQ(t.outcome().packets_sent, 4u);
}

TEST(Ikev2Init, TheSameCookieAgainIsALateAnswerOnce) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(7));
  EXPECT_TRUE(t.Receive(CookieAnswer(7)).empty());
  EXPECT_FALSE(t.exchange.done());
  EXPECT_TRUE(t.Receive(CookieAnswer(7)).empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kCookie);
}

TEST(Ikev2Init, CookieWithoutOrWithTooMuchDataIsMalformed) {
  ExchangeUnderTest t;
  EXPECT_TRUE(t.Receive(CookieAnswer(7, 0)).empty());
  EXPECT_TRUE(t.Receive(CookieAnswer(7, 65)).empty());
  EXPECT_FALSE(t.exchange.done());
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().reason, Reason::kMalformed);
  EXPECT_EQ(t.outcome().answer, AnswerKind::kNone);
}

TEST(Ikev2Init, InvalidKeIsFollowedWithTheWholeSa) {
  ExchangeUnderTest t;
  const Bytes again = t.Receive(InvalidKe(14));
  const Walk walk(again);
  EXPECT_TRUE(walk.complete);
  EXPECT_EQ(walk.ke_group, 14);
  EXPECT_EQ(walk.ke_value[0], 14);
  EXPECT_TRUE(std::equal(again.begin(), again.begin() + 16, t.sent[0].begin()));
  EXPECT_EQ(Bytes(again.begin() + 32, again.begin() + 32 + 100),
            Bytes(t.sent[0].begin() + 32, t.sent[0].begin() + 32 + 100));
  t.Receive(Selection(14));
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().ikev2.group, 14);
  EXPECT_EQ(t.outcome().invalid_ke_group, 14);
  EXPECT_EQ(t.outcome().key_exchange_group, 14);
  EXPECT_EQ(t.outcome().error_notify, 0);
}

TEST(Ikev2Init, CookieAndInvalidKeCombine) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(7));
  const Bytes third = t.Receive(InvalidKe(19));
  Walk walk(third);
  EXPECT_TRUE(walk.complete);
  EXPECT_EQ(walk.notifies[0], notify::kCookie);
  EXPECT_EQ(walk.types[0], 41);
  EXPECT_EQ(walk.ke_group, 19);
  EXPECT_EQ(third[36], 7);
  const Bytes fourth = t.Receive(CookieAnswer(9));
  walk = Walk(fourth);
  EXPECT_TRUE(walk.complete);
  EXPECT_EQ(fourth[36], 9);
  EXPECT_EQ(walk.ke_group, 19);
}

TEST(Ikev2Init, GroupsThatCannotBeFollowedEndIt) {
  const std::vector<uint16_t> kGroups = {21, 31, 0};  // not offered, just tried, none
  for (uint16_t group : kGroups) {
    ExchangeUnderTest t;
    EXPECT_TRUE(t.Receive(InvalidKe(group)).empty());
    ASSERT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
    EXPECT_EQ(t.outcome().reason, Reason::kRejected);
    EXPECT_EQ(t.outcome().invalid_ke_group, group);
    EXPECT_EQ(t.outcome().error_notify, notify::kInvalidKePayload);
    EXPECT_TRUE(t.outcome().version_answered);
  }
}

TEST(Ikev2Init, GroupWithoutPublicValueEndsIt) {
  ExchangeUnderTest t;
  t.shares.missing[14] = true;
  EXPECT_TRUE(t.Receive(InvalidKe(14)).empty());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
  EXPECT_EQ(t.outcome().key_exchange_group, 31);
}

TEST(Ikev2Init, OracleDoesNotFollow) {
  Ikev2Opening opening = SomeIkev2Opening();
  opening.follow_invalid_ke = false;
  ExchangeUnderTest t(opening);
  EXPECT_TRUE(t.Receive(InvalidKe(14)).empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
  EXPECT_EQ(t.outcome().invalid_ke_group, 14);
  EXPECT_TRUE(t.outcome().leaves_no_state());
}

TEST(Ikev2Init, PingPongBetweenGroupsEnds) {
  ExchangeUnderTest t;
  EXPECT_FALSE(t.Receive(InvalidKe(14)).empty());
  EXPECT_TRUE(t.Receive(InvalidKe(31)).empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
  EXPECT_EQ(t.outcome().packets_sent, 2u);
}

TEST(Ikev2Init, AtMostTwoGroupChanges) {
  ExchangeUnderTest t;
  EXPECT_FALSE(t.Receive(InvalidKe(14)).empty());
  EXPECT_FALSE(t.Receive(InvalidKe(19)).empty());
  EXPECT_TRUE(t.Receive(InvalidKe(20)).empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
  EXPECT_EQ(t.outcome().invalid_ke_group, 20);
}

TEST(Ikev2Init, LateInvalidKeOfAnEarlierCopyIsPassedOver) {
  ExchangeUnderTest t;
  t.TickNext();  // the first message twice
  t.Receive(InvalidKe(14));
  EXPECT_TRUE(t.Receive(InvalidKe(14)).empty());
  EXPECT_FALSE(t.exchange.done());
  t.Receive(Selection(14));
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().packets_received, 3u);
}

TEST(Ikev2Init, InsistingOnTheGroupItGetsEndsIt) {
  ExchangeUnderTest t;
  t.Receive(InvalidKe(14));
  t.Receive(InvalidKe(14));
  EXPECT_FALSE(t.exchange.done());
  t.Receive(InvalidKe(14));
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kInvalidKe);
}

TEST(Ikev2Init, SilenceAfterACookieKeepsTheAnswerButIsNoRefusal) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(7));
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().answer, AnswerKind::kCookie);
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
  EXPECT_TRUE(t.outcome().version_answered);
  EXPECT_FALSE(t.outcome().leaves_no_state());
}

TEST(Ikev2Init, RttIsThatOfTheFirstValidAnswer) {
  ExchangeUnderTest t;
  t.now += milliseconds(30);
  t.Receive(CookieAnswer(7));
  t.now += milliseconds(400);
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().rtt, milliseconds(30));
  EXPECT_EQ(t.outcome().duration, milliseconds(430));
}

TEST(Ikev2Init, KnownGroupOverridesTheOpenings) {
  ExchangeUnderTest t(SomeIkev2Opening(), 14);
  EXPECT_EQ(Walk(t.sent[0]).ke_group, 14);
  EXPECT_EQ(t.exchange.done(), false);
  t.Receive(Selection(14));
  EXPECT_EQ(t.outcome().key_exchange_group, 14);
}

TEST(Ikev2Init, OverrideThatIsNotOfferedOrHasNoValueIsPassedOver) {
  EXPECT_EQ(Walk(ExchangeUnderTest(SomeIkev2Opening(), 21).sent[0]).ke_group, 31);
  ExchangeUnderTest t;
  t.shares.missing[14] = true;
  t.Begin(14);
  EXPECT_EQ(Walk(t.sent[1]).ke_group, 31);
}

TEST(Ikev2Init, WithoutAnyPublicValueNothingIsSent) {
  ExchangeUnderTest t;
  t.shares.missing[31] = true;
  t.Begin();
  EXPECT_EQ(t.sent.size(), 1u);
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kInternal);
  EXPECT_EQ(t.outcome().packets_sent, 0u);
}

TEST(Ikev2Init, FeaturesAndNatComeFromTheNotifies) {
  ExchangeUnderTest t;
  const auto source = wire::HashNatDetection({kSpi, kResponderSpi, t.seed.remote});
  auto destination = wire::HashNatDetection({kSpi, kResponderSpi, t.seed.local});
  destination[3] ^= 1;
  const Bytes other(20, 1);
  t.Receive(Ikev2Message()
                .Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}})
                .Ke(31)
                .Nonce()
                .Notify(notify::kNatDetectionSourceIp, other)
                .Notify(notify::kNatDetectionSourceIp, source)
                .Notify(notify::kNatDetectionDestinationIp, destination)
                .Notify(notify::kFragmentationSupported)
                .Notify(notify::kChildlessSupported)
                .Notify(notify::kUsePpk)
                .Notify(notify::kMultipleAuthSupported)
                .Notify(notify::kSignatureHashAlgorithms, Bytes{0, 2})
                .Payload(wire::v2::payload::kVendorId, Bytes{1, 2, 3})
                .Done());
  ASSERT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().features, kFeatureNatTraversal | kFeatureFragmentation | kFeatureChildless |
                                      kFeaturePpk | kFeatureMultipleAuth | kFeatureSignatureHash);
  EXPECT_EQ(t.outcome().nat_remote, NatState::kNo);
  EXPECT_EQ(t.outcome().nat_local, NatState::kYes);
  EXPECT_THAT(t.outcome().details.vendor_ids, ElementsAre(Bytes{1, 2, 3}));
  EXPECT_EQ(t.outcome().details.notifies.size(), 8u);
}

TEST(Ikev2Init, InvalidMajorVersionSaysThatTheVersionDidNotAnswer) {
  Bytes v1_body;
  Writer writer(&v1_body);
  wire::WriteIkev1Notify({.doi = 1, .protocol = 1, .type = 5, .spi = {}, .data = {}}, &writer);
  wire::IkeHeader v1_header{.initiator_spi = kSpi,
                            .version = wire::kVersion1,
                            .exchange_type = wire::v1::exchange::kInformational,
                            .message_id = 77};
  Bytes v1_message;
  wire::MessageBuilder builder(&v1_message, v1_header);
  builder.Add(wire::v1::payload::kNotify, v1_body);
  builder.Finish();
  for (const Bytes& message : {v1_message, NotifyOnly(notify::kInvalidMajorVersion)}) {
    ExchangeUnderTest t;
    t.Receive(message);
    ASSERT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().answer, AnswerKind::kErrorNotify);
    EXPECT_EQ(t.outcome().error_notify, 5);
    EXPECT_EQ(t.outcome().reason, Reason::kRejected);
    EXPECT_FALSE(t.outcome().version_answered);
  }
  v1_message[19] = wire::v1::flag::kEncryption;
  ExchangeUnderTest t;
  t.Receive(v1_message);
  EXPECT_FALSE(t.exchange.done());
}

TEST(Ikev2Init, AskFeaturesOffLeavesOnlyNatDetection) {
  Ikev2Opening opening = SomeIkev2Opening();
  opening.ask_features = false;
  EXPECT_THAT(Walk(ExchangeUnderTest(opening).sent[0]).notifies, ElementsAre(16388, 16389));
  opening.proposals[1].transforms.push_back({6, 36, 0});
  EXPECT_THAT(Walk(ExchangeUnderTest(opening).sent[0]).notifies, ElementsAre(16388, 16389, 16438));
}

}  // namespace
}  // namespace ike::test
