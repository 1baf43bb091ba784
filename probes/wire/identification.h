// The IKEv1 Identification payload's body of phase 1 (RFC 2407 section 4.6.2). Written by
// Aggressive Mode, read from its answer. Pure functions, any thread; spans live as long as the
// body.
#pragma once

#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"

namespace ike::wire {

struct Ikev1Identification {
  uint8_t type = 0;      // v1::IdTypeName
  uint8_t protocol = 0;  // in phase 1: 0, or 17 (UDP)
  uint16_t port = 0;     // in phase 1: 0, or 500
  ByteSpan data;
};

inline void WriteIkev1Identification(const Ikev1Identification& id, Writer* writer) {
  writer->U8(id.type);
  writer->U8(id.protocol);
  writer->U16(id.port);
  writer->Put(id.data);
}

inline std::optional<Ikev1Identification> ParseIkev1Identification(ByteSpan body) {
  Reader reader(body);
  Ikev1Identification id;
  id.type = reader.U8();
  id.protocol = reader.U8();
  id.port = reader.U16();
  id.data = reader.rest();
  if (!reader.ok()) return std::nullopt;
  return id;
}

}  // namespace ike::wire
