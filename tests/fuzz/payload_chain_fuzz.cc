#include <algorithm>

#include "probes/wire/payload_chain.h"
#include "tests/fuzz/fuzz.h"

using ike::Bytes;
using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

namespace {

// Builds the message again from its payloads and compares: a chain that parses is the one written.
void RequireRoundTrip(const wire::IkeHeader& header, ByteSpan body) {
  Bytes built;
  wire::MessageBuilder builder(&built, header);
  wire::PayloadCursor cursor(header.next_payload, body);
  bool has_encrypted = false;
  while (const auto payload = cursor.Next()) {
    ike::Writer* writer = builder.Begin(payload->type, payload->critical);
    writer->Put(payload->body);
    has_encrypted = payload->type == 46 || payload->type == 53;
  }
  builder.Finish();
  if (!cursor.ok()) return;
  const size_t parsed = body.size() - cursor.trailing().size();
  Require(built.size() == wire::kIkeHeaderSize + parsed, "chain length");
  if (has_encrypted) return;  // its next payload field belongs to what is inside
  wire::PayloadCursor again(built[wire::kNextPayloadOffset],
                            ByteSpan(built).subspan(wire::kIkeHeaderSize));
  wire::PayloadCursor first(header.next_payload, body);
  while (const auto payload = first.Next()) {
    const auto copy = again.Next();
    Require(copy && copy->type == payload->type && copy->critical == payload->critical &&
                std::ranges::equal(copy->body, payload->body),
            "chain round trip");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan message(data, size);
  const auto header = wire::ParseIkeHeader(message);
  if (!header) return 0;
  const auto body = wire::MessageBody(*header, message);
  if (body) RequireRoundTrip(*header, *body);
  Require(body || !wire::IsWellFormed(message), "what is well-formed has a body");
  return 0;
}
