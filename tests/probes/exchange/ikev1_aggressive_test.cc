#include "probes/exchange/ikev1_aggressive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/wire/identification.h"
#include "tests/probes/exchange/ikev1_messages.h"

namespace ike::test {
namespace {

using testing::ElementsAre;

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

}  // namespace
}  // namespace ike::test
