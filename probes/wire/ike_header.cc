#include "probes/wire/ike_header.h"

namespace ike::wire {

std::optional<IkeHeader> ParseIkeHeader(ByteSpan message) {
  Reader reader(message);
  IkeHeader header;
  header.initiator_spi = reader.U64();
  header.responder_spi = reader.U64();
  header.next_payload = reader.U8();
  header.version = reader.U8();
  header.exchange_type = reader.U8();
  header.flags = reader.U8();
  header.message_id = reader.U32();
  header.length = reader.U32();
  if (!reader.ok() || header.length < kIkeHeaderSize) return std::nullopt;
  return header;
}

std::optional<ByteSpan> MessageBody(const IkeHeader& header, ByteSpan message) {
  if (header.length < kIkeHeaderSize || header.length > message.size()) return std::nullopt;
  return message.subspan(kIkeHeaderSize, header.length - kIkeHeaderSize);
}

void WriteIkeHeader(const IkeHeader& header, Writer* writer) {
  writer->U64(header.initiator_spi);
  writer->U64(header.responder_spi);
  writer->U8(header.next_payload);
  writer->U8(header.version);
  writer->U8(header.exchange_type);
  writer->U8(header.flags);
  writer->U32(header.message_id);
  writer->U32(header.length);
}

}  // namespace ike::wire
