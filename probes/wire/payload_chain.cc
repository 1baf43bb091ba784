#include "probes/wire/payload_chain.h"

namespace ike::wire {
namespace {

constexpr uint8_t kCriticalBit = 0x80;
constexpr uint8_t kNoNextPayload = 0;
// RFC 7296 section 3.14, RFC 7383 section 2.5: an encrypted payload is the last one, and its next
// payload field names the first of those inside. IKEv1 has no payloads of these types.
constexpr uint8_t kEncrypted = 46;
constexpr uint8_t kEncryptedFragment = 53;

bool EndsChain(uint8_t type) { return type == kEncrypted || type == kEncryptedFragment; }

}  // namespace

std::optional<Payload> PayloadCursor::Next() {
  if (!reader_.ok() || next_type_ == kNoNextPayload) return std::nullopt;
  const ByteSpan rest = reader_.rest();
  const bool has_header = rest.size() >= kPayloadHeaderSize;
  const size_t length = has_header ? size_t{rest[2]} << 8 | rest[3] : 0;
  if (++count_ > kMaxPayloads || length < kPayloadHeaderSize || length > rest.size()) {
    reader_.Fail();
    return std::nullopt;
  }
  reader_.Skip(length);
  const Payload payload{next_type_, (rest[1] & kCriticalBit) != 0,
                        rest.subspan(kPayloadHeaderSize, length - kPayloadHeaderSize)};
  next_type_ = EndsChain(payload.type) ? kNoNextPayload : rest[0];
  return payload;
}

MessageBuilder::MessageBuilder(Bytes* out, const IkeHeader& header)
    : writer_(out), start_(out->size()), next_type_at_(start_ + kNextPayloadOffset) {
  WriteIkeHeader(header, &writer_);
  writer_.PatchU8(next_type_at_, kNoNextPayload);
}

Writer* MessageBuilder::Begin(uint8_t type, bool critical) {
  EndPayload();
  payload_at_ = writer_.position();
  writer_.PatchU8(next_type_at_, type);
  next_type_at_ = payload_at_;
  writer_.U8(kNoNextPayload);
  writer_.U8(critical ? kCriticalBit : 0);
  writer_.U16(kPayloadHeaderSize);
  return &writer_;
}

void MessageBuilder::Add(uint8_t type, ByteSpan body) { Begin(type)->Put(body); }

void MessageBuilder::Finish() {
  EndPayload();
  writer_.PatchU32(start_ + kLengthOffset, static_cast<uint32_t>(writer_.position() - start_));
}

void MessageBuilder::EndPayload() {
  if (payload_at_ == 0) return;
  writer_.PatchU16(payload_at_ + 2, static_cast<uint16_t>(writer_.position() - payload_at_));
}

}  // namespace ike::wire
