// PayloadCursor walks the payloads of a message, MessageBuilder writes them: the generic payload
// header of RFC 2408 section 3.2 and RFC 7296 section 3.2. Used by every dialogue. Neither
// allocates but for the builder's output; spans live as long as the message. One thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/bytes.h"
#include "probes/wire/ike_header.h"

namespace ike::wire {

inline constexpr size_t kPayloadHeaderSize = 4;
// More payloads than any implementation sends; a message with more is malformed.
inline constexpr size_t kMaxPayloads = 256;

struct Payload {
  uint8_t type = 0;
  bool critical = false;  // IKEv2's bit; reserved, hence meaningless, in IKEv1
  ByteSpan body;          // without the generic header
};

class PayloadCursor {
 public:
  // `body` is what follows the header (MessageBody), `first_type` the header's next payload.
  PayloadCursor(uint8_t first_type, ByteSpan body) : reader_(body), next_type_(first_type) {}

  // The next payload; absent at the end and at the first malformed one: then ok() is false.
  std::optional<Payload> Next();

  bool ok() const { return reader_.ok(); }
  // What follows the last payload: nothing, or padding (libreswan pads IKEv1 messages to four
  // bytes).
  ByteSpan trailing() const { return reader_.rest(); }

 private:
  Reader reader_;
  uint8_t next_type_;
  size_t count_ = 0;
};

// Appends one message to `out`: header, payloads in the order of the calls, and at Finish() the
// length. Next-payload fields and payload lengths are filled in on the way.
class MessageBuilder {
 public:
  MessageBuilder(Bytes* out, const IkeHeader& header);

  // Starts a payload. Its body is what is written to writer() until the next call of this class.
  Writer* Begin(uint8_t type, bool critical = false);
  void Add(uint8_t type, ByteSpan body);
  void Finish();

 private:
  void EndPayload();

  Writer writer_;
  size_t start_;
  size_t next_type_at_;    // the field that names the type of the payload to come
  size_t payload_at_ = 0;  // the open payload's header; 0 = none is open
};

}  // namespace ike::wire
