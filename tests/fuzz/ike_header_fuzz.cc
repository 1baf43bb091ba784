#include <algorithm>

#include "probes/wire/ike_header.h"
#include "tests/fuzz/fuzz.h"

using ike::Bytes;
using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan message(data, size);
  const auto header = wire::ParseIkeHeader(message);
  if (!header) return 0;
  Bytes written;
  ike::Writer writer(&written);
  wire::WriteIkeHeader(*header, &writer);
  Require(std::ranges::equal(written, message.first(wire::kIkeHeaderSize)), "header round trip");
  const auto body = wire::MessageBody(*header, message);
  if (body) Require(body->size() + wire::kIkeHeaderSize == header->length, "body length");
  return 0;
}
