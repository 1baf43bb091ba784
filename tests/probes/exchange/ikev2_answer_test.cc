// Which IKE_SA_INIT responses count, through the whole exchange: hostile, foreign and damaged ones.
#include "probes/exchange/ikev2_answer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {
namespace {

namespace notify = wire::v2::notify;

// What must change nothing: with our SPI, but no valid answer to what we said.
TEST(Ikev2Answer, MessagesThatDoNotFitAreGarbage) {
  const auto with = [](const std::function<void(wire::IkeHeader*)>& change) {
    wire::IkeHeader header = Ikev2Message::Header();
    change(&header);
    return Ikev2Message(header).Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Ke(31).Nonce().Done();
  };
  std::vector<std::pair<std::string, Bytes>> messages = {
      {"wrong SPI", with([](auto* h) { h->initiator_spi ^= 1; })},
      {"exchange", with([](auto* h) { h->exchange_type = 35; })},
      {"no response flag", with([](auto* h) { h->flags = 0; })},
      {"version 1", with([](auto* h) { h->version = 0x10; })},
      {"version 3", with([](auto* h) { h->version = 0x30; })},
      {"empty", {}},
      {"header alone", Ikev2Message().Done()},
      {"status notify alone", NotifyOnly(notify::kFragmentationSupported)},
      {"no KE", Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Nonce().Done()},
      {"no nonce", Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Ke(31).Done()},
      {"short nonce",
       Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Ke(31).Nonce(15).Done()},
      {"KE of another group",
       Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}}).Ke(14).Nonce().Done()},
      {"group whose value was not sent", Selection(14)},
      {"invalid KE without group", NotifyOnly(notify::kInvalidKePayload)}};
  Bytes reflected = ExchangeUnderTest().sent[0];
  messages.emplace_back("our own message", reflected);
  messages.emplace_back("selection in another exchange",
                        with([](auto* h) { h->exchange_type = 37; }));
  for (const auto& [name, message] : messages) {
    ExchangeUnderTest t;
    EXPECT_TRUE(t.Receive(message).empty()) << name;
    EXPECT_FALSE(t.exchange.done()) << name;
    t.RunToDeadline();
    EXPECT_EQ(t.outcome().reason, Reason::kMalformed) << name;
    EXPECT_EQ(t.outcome().answer, AnswerKind::kNone) << name;
    EXPECT_EQ(t.outcome().packets_received, 0u) << name;
    EXPECT_FALSE(t.outcome().rtt.has_value()) << name;
    EXPECT_TRUE(t.outcome().details.payloads.empty()) << name;
  }
}

TEST(Ikev2Answer, TwoOfAPayloadAreMalformed) {
  const std::vector<OfferedTransform> suite = {{1, 20, 256}, {2, 7, 0}, {4, 31, 0}};
  const Bytes messages[] = {Ikev2Message().Sa(suite).Sa(suite).Ke(31).Nonce().Done(),
                            Ikev2Message().Sa(suite).Ke(31).Ke(31).Nonce().Done(),
                            Ikev2Message().Sa(suite).Ke(31).Nonce().Nonce().Done()};
  for (const Bytes& message : messages) {
    ExchangeUnderTest t;
    t.Receive(message);
    EXPECT_FALSE(t.exchange.done());
  }
}

TEST(Ikev2Answer, WhatWasNotOfferedIsNoSelection) {
  struct Case {
    std::string name;
    std::vector<OfferedTransform> transforms;
    uint8_t number;
  };
  const Case cases[] = {
      {"key length", {{1, 20, 128}, {2, 7, 0}, {4, 31, 0}}, 1},
      {"no key length", {{1, 20, 0}, {2, 7, 0}, {4, 31, 0}}, 1},
      {"cipher of the other proposal", {{1, 12, 256}, {2, 7, 0}, {4, 31, 0}}, 1},
      {"PRF", {{1, 20, 256}, {2, 2, 0}, {4, 31, 0}}, 1},
      {"integrity that was not offered", {{1, 20, 256}, {2, 7, 0}, {3, 12, 0}, {4, 31, 0}}, 1},
      {"no integrity without AEAD", {{1, 12, 256}, {2, 5, 0}, {4, 31, 0}}, 2},
      {"two ciphers", {{1, 12, 256}, {1, 12, 128}, {2, 5, 0}, {3, 12, 0}, {4, 31, 0}}, 2},
      {"additional KE", {{1, 20, 256}, {2, 7, 0}, {4, 31, 0}, {6, 36, 0}}, 1},
      {"no group", {{1, 20, 256}, {2, 7, 0}}, 1}};
  for (const Case& c : cases) {
    ExchangeUnderTest t;
    t.Receive(Ikev2Message().Sa(c.transforms, c.number).Ke(31).Nonce().Done());
    EXPECT_FALSE(t.exchange.done()) << c.name;
  }
}

TEST(Ikev2Answer, IntegrityNoneBesideAeadIsFine) {
  ExchangeUnderTest t;
  t.Receive(
      Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {3, 0, 0}, {4, 31, 0}}).Ke(31).Nonce().Done());
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
}

TEST(Ikev2Answer, AdditionalKeMayBeLeftOutOnlyWhereNoneWasOffered) {
  Ikev2Opening opening = SomeIkev2Opening();
  opening.proposals[0].transforms.push_back({6, 36, 0});
  const Bytes without = Selection();
  {
    ExchangeUnderTest t(opening);
    t.Receive(without);
    EXPECT_FALSE(t.exchange.done());
    t.Receive(
        Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}, {6, 36, 0}}).Ke(31).Nonce().Done());
    EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
    EXPECT_EQ(t.outcome().ikev2.additional_ke[0], 36);
  }
  opening.proposals[0].transforms.push_back({6, 0, 0});
  ExchangeUnderTest t(opening);
  t.Receive(without);
  EXPECT_EQ(t.outcome().answer, AnswerKind::kSelected);
}

TEST(Ikev2Answer, EveryTruncationIsIgnored) {
  const Bytes whole = Selection();
  for (size_t size = 0; size < whole.size(); ++size) {
    ExchangeUnderTest t;
    t.Receive(ByteSpan(whole).first(size));
    EXPECT_FALSE(t.exchange.done()) << size;
    Bytes relabelled(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    if (size >= wire::kIkeHeaderSize) {
      Writer(&relabelled).PatchU32(wire::kLengthOffset, static_cast<uint32_t>(size));
    }
    t.Receive(relabelled);
    EXPECT_FALSE(t.exchange.done()) << size;
  }
}

TEST(Ikev2Answer, VendorIdsOfAHostileAnswerAreBounded) {
  ExchangeUnderTest t;
  Ikev2Message message;
  for (int i = 0; i < 200; ++i) message.Payload(wire::v2::payload::kVendorId, Bytes(300, 1));
  t.Receive(message.Notify(notify::kNoProposalChosen).Done());
  ASSERT_TRUE(t.exchange.done());
  EXPECT_LE(t.outcome().details.vendor_ids.size(), 32u);
  EXPECT_LE(t.outcome().details.vendor_ids[0].size(), 256u);
}

}  // namespace
}  // namespace ike::test
