// An IKEv2 opening, and a gateway's messages, made with the codec, for the tests of the dialogues.
// Pure functions and values; any thread.
#pragma once

#include <utility>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/base/bytes.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"

namespace ike::test {

inline constexpr uint64_t kSpi = 0x1122334455667788;
inline constexpr uint64_t kResponderSpi = 0xaabbccddeeff0011;

inline Ikev2Opening SomeIkev2Opening() {
  Ikev2Opening opening;
  opening.ke_group = 31;
  opening.proposals = {
      {{{1, 20, 256}, {2, 7, 0}, {2, 5, 0}, {4, 31, 0}, {4, 19, 0}, {4, 14, 0}}},
      {{{1, 12, 256}, {1, 12, 128}, {2, 5, 0}, {3, 12, 0}, {4, 31, 0}, {4, 14, 0}, {4, 20, 0}}}};
  return opening;
}

// A gateway's IKEv2 message, payload by payload.
class Ikev2Message {
 public:
  explicit Ikev2Message(wire::IkeHeader header = Header()) : builder_(&bytes_, header) {}

  static wire::IkeHeader Header() {
    return {.initiator_spi = kSpi,
            .responder_spi = kResponderSpi,
            .version = wire::kVersion2,
            .exchange_type = wire::v2::exchange::kIkeSaInit,
            .flags = wire::v2::flag::kResponse};
  }

  Ikev2Message& Sa(std::vector<OfferedTransform> transforms, uint8_t number = 1) {
    Bytes body;
    Writer writer(&body);
    const std::vector<OfferedProposal> proposals = {{std::move(transforms)}};
    wire::WriteIkev2Sa(proposals, &writer);
    body[4] = number;
    return Payload(wire::v2::payload::kSa, body);
  }
  Ikev2Message& Ke(uint16_t group) {
    Bytes body;
    Writer writer(&body);
    wire::WriteIkev2Ke(group, Bytes(32, 9), &writer);
    return Payload(wire::v2::payload::kKe, body);
  }
  Ikev2Message& Nonce(size_t size = 32) {
    return Payload(wire::v2::payload::kNonce, Bytes(size, 5));
  }
  Ikev2Message& Notify(uint16_t type, ByteSpan data = {}) {
    Bytes body;
    Writer writer(&body);
    wire::WriteIkev2Notify({.protocol = 0, .type = type, .spi = {}, .data = data}, &writer);
    return Payload(wire::v2::payload::kNotify, body);
  }
  Ikev2Message& Payload(uint8_t type, ByteSpan body) {
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

inline Bytes Selection(uint16_t group = 31) {
  return Ikev2Message().Sa({{1, 20, 256}, {2, 7, 0}, {4, group, 0}}).Ke(group).Nonce().Done();
}
inline Bytes NotifyOnly(uint16_t type, ByteSpan data = {}) {
  return Ikev2Message().Notify(type, data).Done();
}
inline Bytes CookieAnswer(uint8_t fill, size_t size = 24) {
  return NotifyOnly(wire::v2::notify::kCookie, Bytes(size, fill));
}
inline Bytes InvalidKe(uint16_t group) {
  const Bytes data = {static_cast<uint8_t>(group >> 8), static_cast<uint8_t>(group)};
  return NotifyOnly(wire::v2::notify::kInvalidKePayload, data);
}

}  // namespace ike::test
