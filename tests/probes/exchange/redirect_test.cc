// REDIRECT (RFC 5685) as the only answer to IKE_SA_INIT, through the whole exchange.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {
namespace {

namespace notify = wire::v2::notify;
using testing::ElementsAre;

constexpr uint8_t kFqdn = 3;

// The data of REDIRECT to `identity`, with the nonce of the exchange under test unless changed.
Bytes RedirectData(uint8_t type, ByteSpan identity, uint8_t nonce = 0x4e) {
  Bytes data = {type, static_cast<uint8_t>(identity.size())};
  data.insert(data.end(), identity.begin(), identity.end());
  data.insert(data.end(), 32, nonce);
  return data;
}

TEST(Redirect, IsAnAnswerThatNamesTheNewGateway) {
  ExchangeUnderTest t;
  const Bytes address = {192, 0, 2, 33};
  t.now += milliseconds(9);
  EXPECT_TRUE(t.Receive(NotifyOnly(notify::kRedirect, RedirectData(1, address))).empty())
      << "it is not followed";
  ASSERT_TRUE(t.exchange.done());
  EXPECT_TRUE(t.outcome().version_answered);
  EXPECT_EQ(t.outcome().answer, AnswerKind::kErrorNotify);
  EXPECT_EQ(t.outcome().reason, Reason::kRejected);
  EXPECT_EQ(t.outcome().error_notify, notify::kRedirect);
  EXPECT_EQ(t.outcome().rtt, milliseconds(9));
  EXPECT_TRUE(t.outcome().leaves_no_state());
  EXPECT_THAT(t.outcome().details.redirected_to, ElementsAre(1, 192, 0, 2, 33));
  EXPECT_EQ(t.outcome().quirks, 0);
  t.Begin();
  t.Receive(NotifyOnly(notify::kNoProposalChosen));
  EXPECT_TRUE(t.outcome().details.redirected_to.empty()) << "of an earlier exchange";
}

TEST(Redirect, WithAnotherNonceOrCutTheGatewayIsNotBelieved) {
  const Bytes name = {'g', 'w'};
  const Bytes whole = RedirectData(kFqdn, name);
  const Bytes cases[] = {RedirectData(kFqdn, name, 0x4f),
                         {},
                         {kFqdn},
                         {kFqdn, 200, 'g', 'w'},
                         Bytes(whole.begin(), whole.end() - 1)};
  for (const Bytes& data : cases) {
    ExchangeUnderTest t;
    t.Receive(NotifyOnly(notify::kRedirect, data));
    ASSERT_TRUE(t.exchange.done()) << data.size();
    EXPECT_TRUE(t.outcome().version_answered);
    EXPECT_TRUE(t.outcome().details.redirected_to.empty()) << data.size();
    EXPECT_EQ(t.outcome().quirks, kQuirkRedirectNonce) << data.size();
  }
}

TEST(Redirect, ASelectionGoesBeforeIt) {
  ExchangeUnderTest t;
  t.Receive(Ikev2Message()
                .Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}})
                .Ke(31)
                .Nonce()
                .Notify(notify::kRedirect, RedirectData(1, Bytes{192, 0, 2, 33}))
                .Done());
  EXPECT_TRUE(t.outcome().selected());
}

TEST(Redirect, UnderAnotherSpiItIsNothing) {
  ExchangeUnderTest t;
  Bytes message = NotifyOnly(notify::kRedirect, RedirectData(1, Bytes{192, 0, 2, 33}));
  message[7] ^= 1;
  t.Receive(message);
  EXPECT_FALSE(t.exchange.done());
}

bool SaysRedirectSupported(const Bytes& message) {
  const auto header = wire::ParseIkeHeader(message);
  wire::PayloadCursor cursor(header->next_payload, *wire::MessageBody(*header, message));
  bool found = false;
  while (const auto payload = cursor.Next()) {
    if (payload->type != wire::v2::payload::kNotify) continue;
    const auto parsed = wire::ParseIkev2Notify(payload->body);
    found |= parsed && parsed->type == notify::kRedirectSupported && parsed->data.empty();
  }
  return found && cursor.ok();
}

TEST(Redirect, SupportIsSaidWhereTheOpeningWantsIt) {
  Ikev2Opening opening = SomeIkev2Opening();
  EXPECT_FALSE(SaysRedirectSupported(ExchangeUnderTest(opening).sent[0]));
  opening.redirect_supported = true;
  EXPECT_TRUE(SaysRedirectSupported(ExchangeUnderTest(opening).sent[0]));
}

}  // namespace
}  // namespace ike::test
