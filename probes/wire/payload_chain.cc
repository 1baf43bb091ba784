#include "probes/wire/payload_chain.h"

namespace ike::wire {

bool IsWellFormed(ByteSpan message) {
  const std::optional<IkeHeader> header = ParseIkeHeader(message);
  const bool is_known = header && header->initiator_spi != 0 &&
                        (header->major_version() == 1 || header->major_version() == 2);
  const std::optional<ByteSpan> body = is_known ? MessageBody(*header, message) : std::nullopt;
  if (!body) return false;
  if (header->major_version() == 1 && header->has_flag(v1::flag::kEncryption)) return true;
  PayloadCursor cursor(header->next_payload, *body);
  size_t payloads = 0;
  while (cursor.Next()) ++payloads;
  return cursor.ok() && payloads > 0;
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
