#include "probes/exchange/ikev1_main.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "probes/wire/vendor_id.h"
#include "tests/probes/exchange/ikev1_messages.h"

namespace ike::test {
namespace {

using testing::ElementsAre;

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

// SoftEther's way: the initiator's cookie, or both, stand in the notify's SPI only.
TEST(Ikev1Main, ARefusalUnderAnotherCookieCountsByTheSpiOfItsNotify) {
  wire::IkeHeader header = Header(5);
  header.initiator_spi = ~kSpi;
  header.responder_spi = 0;
  Bytes spi;
  Writer(&spi).U64(kSpi);
  const Bytes of_eight = spi;
  spi.resize(16);
  for (const Bytes& cookies : {of_eight, spi}) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(Ikev1Message(header).Notify(14, cookies).Done());
    ASSERT_TRUE(t.exchange.done());
    EXPECT_TRUE(t.outcome().version_answered);
    EXPECT_EQ(t.outcome().error_notify, 14);
    EXPECT_EQ(t.outcome().quirks, kQuirkForeignCookie);
  }
}

TEST(Ikev1Main, WhatNamesAnotherCookieThanOursIsNothing) {
  wire::IkeHeader header = Header(5);
  header.initiator_spi = ~kSpi;
  wire::IkeHeader main_mode = Header(2);
  main_mode.initiator_spi = ~kSpi;
  wire::IkeHeader encrypted = header;
  encrypted.flags = wire::v1::flag::kEncryption;
  Bytes ours;
  Writer(&ours).U64(kSpi);
  Bytes other = ours;
  other[0] ^= 1;
  const Bytes messages[] = {Ikev1Message(header).Notify(14, other).Done(),
                            Ikev1Message(header).Notify(14, ByteSpan(ours).first(7)).Done(),
                            Ikev1Message(header).Notify(14).Done(),
                            Ikev1Message(main_mode).Sa({kAes256}).Notify(14, ours).Done(),
                            Ikev1Message(encrypted).Notify(14, ours).Done()};
  for (const Bytes& message : messages) {
    ExchangeUnderTest t(MainOpening());
    t.Receive(message);
    EXPECT_FALSE(t.exchange.done());
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
  const std::pair<std::string, Bytes> messages[] = {
      {"wrong cookie", with([](auto* h) { h->initiator_spi ^= 1; })},
      {"no responder cookie", with([](auto* h) { h->responder_spi = 0; })},
      {"Aggressive Mode", with([](auto* h) { h->exchange_type = 4; })},
      {"Informational with an SA", with([](auto* h) { h->exchange_type = 5; })},
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
    EXPECT_TRUE(t.exchange.done());
    EXPECT_EQ(t.outcome().quirks, padding < 4 ? 0 : kQuirkTrailingBytes);
    padded.back() = 1;
    ExchangeUnderTest other(MainOpening());
    other.Receive(padded);
    EXPECT_EQ(other.outcome().quirks, kQuirkTrailingBytes);
  }
}

TEST(Ikev1Main, RetransmitsLikeEveryExchange) {
  ExchangeUnderTest t(MainOpening());
  EXPECT_EQ(t.TickNext(), t.sent[0]);
  t.RunToDeadline();
  EXPECT_EQ(t.outcome().reason, Reason::kTimeout);
  EXPECT_EQ(t.outcome().packets_sent, 4u);
}

TEST(Ikev1, OneExchangeServesAllDialoguesInTurn) {
  const PreparedOpening openings[] = {PreparedOpening(MainOpening()),
                                      PreparedOpening(SomeIkev2Opening()),
                                      PreparedOpening(AggressiveOpening())};
  ExchangeUnderTest t;
  const Bytes answers[] = {MainAnswer(), Selection(), AggressiveAnswer()};
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < 3; ++i) {
      t.exchange.Begin(openings[i], {&t.shares}, t.seed, {t.now, t.now + seconds(5), seconds(1)});
      t.Receive(answers[i]);
      ASSERT_TRUE(t.exchange.done());
      EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
      EXPECT_EQ(t.outcome().version, openings[i].version());
    }
  }
}

}  // namespace
}  // namespace ike::test
