#include "probes/exchange/exchange.h"

#include <gtest/gtest.h>

#include "probes/wire/nat_detection.h"
#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {
namespace {

TEST(Exchange, RetransmitsTheSameBytesEverLater) {
  ExchangeUnderTest t;
  EXPECT_EQ(t.exchange.NextTimer(), t.start + seconds(1));
  t.now = t.start + milliseconds(999);
  EXPECT_TRUE(t.Tick().empty());
  EXPECT_EQ(t.TickNext(), t.sent[0]);
  EXPECT_EQ(t.exchange.NextTimer(), t.start + milliseconds(2300));
  EXPECT_EQ(t.TickNext(), t.sent[0]);
  EXPECT_EQ(t.exchange.NextTimer(), t.start + milliseconds(3990));
  EXPECT_EQ(t.TickNext(), t.sent[0]);
  EXPECT_EQ(t.exchange.NextTimer(), t.start + seconds(5));  // the deadline, before 6.187 s
  EXPECT_TRUE(t.TickNext().empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
  EXPECT_EQ(t.outcome().answer, AnswerKind::kNone);
  EXPECT_EQ(t.outcome().packets_sent, 4u);
  EXPECT_TRUE(t.outcome().retransmitted);
  EXPECT_EQ(t.outcome().duration, seconds(5));
}

TEST(Exchange, ConnectionClosedWithoutAnswerIsMalformedAtOnce) {
  ExchangeUnderTest t;
  t.exchange.OnClosed(t.start + milliseconds(40));
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kMalformed);
  EXPECT_EQ(t.outcome().duration, milliseconds(40));
}

TEST(Exchange, NeverRetransmitsOnTcp) {
  ExchangeUnderTest t;
  t.first_retransmission = Duration::zero();
  t.Begin();
  EXPECT_EQ(t.exchange.NextTimer(), t.start + seconds(5));
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().packets_sent, 1u);
}

TEST(Exchange, RetransmittedRequestGivesNoRtt) {
  ExchangeUnderTest t;
  t.TickNext();
  t.now += milliseconds(10);
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_FALSE(t.outcome().rtt.has_value());
}

TEST(Exchange, RetransmissionAfterTheFirstAnswerKeepsItsRtt) {
  ExchangeUnderTest t;
  t.now += milliseconds(15);
  t.Receive(CookieAnswer(1));
  EXPECT_EQ(t.exchange.NextTimer(), t.now + seconds(1));  // a new message begins anew
  t.TickNext();
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().rtt, milliseconds(15));
  EXPECT_TRUE(t.outcome().retransmitted);
}

TEST(Exchange, ReasonsAtTheDeadline) {
  {
    ExchangeUnderTest t;
    t.exchange.NoteUnattributedError();
    t.RunToDeadline();
    EXPECT_EQ(t.outcome().reason, Reason::kUnreachable);
  }
  {
    ExchangeUnderTest t;
    t.exchange.NoteUnattributedError();
    t.exchange.NoteGarbage();
    t.RunToDeadline();
    EXPECT_EQ(t.outcome().reason, Reason::kMalformed);
  }
  ExchangeUnderTest t;
  t.exchange.NoteGarbage();
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().reason, Reason::kNone);
  t.Begin();
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout) << "garbage of an earlier exchange";
}

TEST(Exchange, ErrorsEndIt) {
  {
    ExchangeUnderTest t;
    t.now += milliseconds(3);
    t.exchange.OnUnreachable(t.now);
    ASSERT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().reason, Reason::kUnreachable);
    EXPECT_EQ(t.outcome().duration, milliseconds(3));
  }
  ExchangeUnderTest t;
  t.exchange.OnSendFailed(EPERM, t.now);
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kSend);
}

TEST(Exchange, NothingChangesAfterTheEnd) {
  ExchangeUnderTest t;
  t.Receive(Selection());
  t.Receive(NotifyOnly(14));
  t.Receive(Selection());
  t.exchange.OnUnreachable(t.now);
  t.exchange.OnSendFailed(EPERM, t.now);
  t.now += seconds(60);
  EXPECT_TRUE(t.Tick().empty());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().reason, Reason::kNone);
  EXPECT_EQ(t.outcome().packets_received, 1u);
}

TEST(Exchange, MessageAfterTheDeadlineIsTooLate) {
  ExchangeUnderTest t;
  t.now += seconds(6);
  t.Receive(Selection());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
  EXPECT_EQ(t.outcome().duration, seconds(5));
}

TEST(Exchange, AfterSilenceItMayListenOn) {
  ExchangeUnderTest t;
  t.RunToDeadline();
  t.exchange.Listen(t.start + seconds(9));
  EXPECT_FALSE(t.exchange.done());
  EXPECT_EQ(t.exchange.NextTimer(), t.start + seconds(9)) << "nothing is sent any more";
  t.now = t.start + seconds(8);
  t.Receive(Selection());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_TRUE(t.outcome().selected());
  EXPECT_EQ(t.outcome().reason, Reason::kNone);
  EXPECT_FALSE(t.outcome().rtt.has_value()) << "four copies were sent";
  EXPECT_EQ(t.outcome().answer_delay, seconds(8));

  t.Begin();
  t.RunToDeadline();
  t.exchange.Listen(t.now + seconds(1));
  EXPECT_TRUE(t.TickNext().empty());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
}

TEST(Exchange, DelaysAreThoseOfTheFirstAndTheLastCopy) {
  ExchangeUnderTest t;
  t.TickNext();
  t.TickNext();
  t.now = t.start + milliseconds(2400);
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().answer_delay, milliseconds(2400));
  EXPECT_EQ(t.outcome().copy_delay, milliseconds(100));
}

TEST(Exchange, ArrivalBeforeTheStartIsAnRttOfZero) {
  ExchangeUnderTest t;
  t.exchange.OnMessage(Selection(), t.start - milliseconds(1));
  EXPECT_EQ(t.outcome().rtt, Duration::zero());
}

TEST(Exchange, BeginStartsOver) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(1));
  t.Receive(InvalidKe(14));
  t.Receive(NotifyOnly(14));
  ASSERT_TRUE(t.exchange.done());
  t.now += seconds(30);
  t.Begin();
  EXPECT_FALSE(t.exchange.done());
  EXPECT_EQ(t.sent.back(), t.sent.front());
  EXPECT_EQ(t.exchange.initiator_spi(), kSpi);
  for (uint8_t i = 1; i <= 3; ++i) EXPECT_FALSE(t.Receive(CookieAnswer(i)).empty());
  t.Receive(Selection());
  EXPECT_EQ(t.outcome().error_notify, 0);
  EXPECT_EQ(t.outcome().invalid_ke_group, 0);
  EXPECT_EQ(t.outcome().packets_sent, 4u);
}

TEST(Exchange, MovedExchangeGoesOn) {
  ExchangeUnderTest t;
  Exchange moved = std::move(t.exchange);
  moved.OnMessage(Selection(), t.now);
  ASSERT_TRUE(moved.done());
  EXPECT_EQ(moved.outcome().answer, AnswerKind::kSelected);
}

TEST(Exchange, ReconnectedItSpeaksForTheNewSource) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(1));
  t.Receive(InvalidKe(14));
  ASSERT_TRUE(t.exchange.answered());
  ExchangeUnderTest expected;
  expected.seed.local.port = 40001;
  expected.Begin();
  expected.Receive(CookieAnswer(1));
  expected.Receive(InvalidKe(14));
  const ByteSpan again = t.exchange.OnReconnected(expected.seed.local, t.now);
  EXPECT_EQ(Bytes(again.begin(), again.end()), expected.sent.back());
  const auto hash = wire::HashNatDetection({kSpi, kResponderSpi, expected.seed.local});
  t.Receive(Ikev2Message()
                .Sa({{1, 20, 256}, {2, 7, 0}, {4, 14, 0}})
                .Ke(14)
                .Nonce()
                .Notify(wire::v2::notify::kNatDetectionDestinationIp, hash)
                .Done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
  EXPECT_EQ(t.outcome().nat_local, NatState::kNo);
  EXPECT_TRUE(t.exchange.OnReconnected(expected.seed.local, t.now).empty());
}

TEST(Exchange, LastSentIsTheNewestMessage) {
  ExchangeUnderTest t;
  t.Receive(CookieAnswer(1));
  const ByteSpan last = t.exchange.last_sent();
  EXPECT_EQ(Bytes(last.begin(), last.end()), t.sent[1]);
}

TEST(Exchange, ExpectingItChangesNothing) {
  ExchangeUnderTest t;
  const TimePoint timer = t.exchange.NextTimer();
  t.exchange.Prefetch();
  EXPECT_EQ(t.exchange.NextTimer(), timer);
  EXPECT_FALSE(t.exchange.done());
  t.Receive(Selection());
  EXPECT_TRUE(t.outcome().selected());
}

}  // namespace
}  // namespace ike::test
