// The Key Exchange payload's body: the bare public value in IKEv1 (RFC 2408 section 3.7), group and
// public value in IKEv2 (RFC 7296 section 3.4). Used by the dialogues. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"

namespace ike::wire {

struct Ikev2KeyExchange {
  uint16_t group = 0;
  ByteSpan value;
};

// An IKEv1 value is judged by nobody before the phase is decided: any that is not empty will do.
inline std::optional<ByteSpan> ParseIkev1Ke(ByteSpan body) {
  if (body.empty()) return std::nullopt;
  return body;
}

inline void WriteIkev2Ke(uint16_t group, ByteSpan public_value, Writer* writer) {
  writer->U16(group);
  writer->U16(0);
  writer->Put(public_value);
}

inline std::optional<Ikev2KeyExchange> ParseIkev2Ke(ByteSpan body) {
  Reader reader(body);
  Ikev2KeyExchange key_exchange;
  key_exchange.group = reader.U16();
  reader.Skip(2);
  key_exchange.value = reader.rest();
  if (!reader.ok() || key_exchange.value.empty()) return std::nullopt;
  return key_exchange;
}

}  // namespace ike::wire
