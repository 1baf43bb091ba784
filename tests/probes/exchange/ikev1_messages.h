// IKEv1 openings and the messages of a gateway, for the tests of Main and Aggressive Mode.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {

namespace payload = wire::v1::payload;
inline constexpr Ikev1Transform kAes256{7, 256, 4, 1, 14, 28800};
inline constexpr Ikev1Transform kAesAnyLength{7, 0, 2, 1, 14, 28800};
inline constexpr Ikev1Transform kTripleDes{5, 0, 2, 1, 2, 28800};

inline Ikev1Opening MainOpening() {
  Ikev1Opening opening;
  opening.transforms = {kAes256, kAesAnyLength, kTripleDes};
  return opening;
}
inline Ikev1Opening AggressiveOpening() {
  Ikev1Opening opening;
  opening.mode = Ikev1Mode::kAggressive;
  opening.transforms = {kAes256, kAesAnyLength};
  opening.group = 14;
  return opening;
}

inline wire::IkeHeader Header(uint8_t exchange) {
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

inline Bytes MainAnswer(std::vector<Ikev1Transform> transforms = {kAes256}) {
  return Ikev1Message(Header(2)).Sa(std::move(transforms)).Done();
}
inline Bytes AggressiveAnswer(std::vector<uint8_t> left_out = {}) {
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
inline Bytes Refusal(uint16_t type, uint32_t message_id = 77, uint64_t responder_spi = 0) {
  wire::IkeHeader header = Header(5);
  header.message_id = message_id;
  header.responder_spi = responder_spi;
  return Ikev1Message(header).Notify(type).Done();
}

inline std::vector<uint8_t> PayloadTypes(ByteSpan message) {
  std::vector<uint8_t> types;
  const auto header = wire::ParseIkeHeader(message);
  wire::PayloadCursor cursor(header->next_payload, *wire::MessageBody(*header, message));
  while (const auto p = cursor.Next()) types.push_back(p->type);
  EXPECT_TRUE(cursor.ok() && cursor.trailing().empty());
  EXPECT_EQ(header->length, message.size());
  return types;
}

}  // namespace ike::test
