// PayloadCursor walks the payloads of a message, MessageBuilder writes them: the generic payload
// header of RFC 2408 section 3.2 and RFC 7296 section 3.2. Used by every dialogue. Neither
// allocates but for the builder's output; spans live as long as the message. One thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev2_ids.h"

namespace ike::wire {

inline constexpr size_t kPayloadHeaderSize = 4;
inline constexpr uint8_t kCriticalBit = 0x80;
// More payloads than any implementation sends; a message with more is malformed.
inline constexpr size_t kMaxPayloads = 256;
inline constexpr uint8_t kNoNextPayload = 0;

struct Payload {
  uint8_t type = 0;
  bool critical = false;  // IKEv2's bit; reserved, hence meaningless, in IKEv1
  ByteSpan body;          // without the generic header
};

class PayloadCursor {
 public:
  // `body` is what follows the header (MessageBody), `first_type` the header's next payload.
  PayloadCursor(uint8_t first_type, ByteSpan body) : rest_(body), next_type_(first_type) {}

  // The next payload; absent at the end and at the first malformed one: then ok() is false. Inline:
  // no other function is called as often for each message.
  std::optional<Payload> Next() {
    if (next_type_ == kNoNextPayload) return std::nullopt;
    const bool has_header = rest_.size() >= kPayloadHeaderSize;
    const size_t length = has_header ? size_t{rest_[2]} << 8 | rest_[3] : 0;
    if (++count_ > kMaxPayloads || length < kPayloadHeaderSize || length > rest_.size()) {
      return Fail();
    }
    const uint8_t* header = rest_.data();
    const uint8_t type = next_type_;
    // RFC 7296 section 3.14, RFC 7383 section 2.5: an encrypted payload is the last one, and its
    // next payload field names the first of those inside. IKEv1 has no payloads of these types.
    const bool ends_chain =
        type == v2::payload::kEncrypted || type == v2::payload::kEncryptedFragment;
    next_type_ = ends_chain ? kNoNextPayload : header[0];
    rest_ = rest_.subspan(length);
    return Payload{type,
                   (header[1] & kCriticalBit) != 0,
                   {header + kPayloadHeaderSize, length - kPayloadHeaderSize}};
  }

  bool ok() const { return ok_; }
  // What follows the last payload: nothing, or padding (libreswan pads IKEv1 messages to four
  // bytes).
  ByteSpan trailing() const { return rest_; }

 private:
  std::nullopt_t Fail() {
    ok_ = false;
    rest_ = {};
    next_type_ = kNoNextPayload;
    return std::nullopt;
  }

  ByteSpan rest_;
  uint8_t next_type_;
  bool ok_ = true;
  size_t count_ = 0;
};

// Whether `message` is one of IKEv1 or IKEv2 by its form: header, length and payload chain; what
// is encrypted in IKEv1 only by its header.
bool IsWellFormed(ByteSpan message);

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
