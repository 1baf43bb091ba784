#include <algorithm>
#include <vector>

#include "probes/wire/encapsulation.h"
#include "tests/fuzz/fuzz.h"

using ike::Bytes;
using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

namespace {

struct Deframed {
  std::vector<Bytes> messages;
  bool failed = false;

  friend bool operator==(const Deframed&, const Deframed&) = default;
};

Deframed Deframe(wire::StreamFraming framing, ByteSpan stream, size_t segment) {
  wire::StreamDeframer deframer(framing);
  Deframed result;
  while (!stream.empty() && !result.failed) {
    const ByteSpan next = stream.first(std::min(segment, stream.size()));
    stream = stream.subspan(next.size());
    deframer.Append(next);
    for (;;) {
      ByteSpan message;
      const wire::DeframeStatus status = deframer.Next(&message);
      result.failed = status == wire::DeframeStatus::kError;
      if (status != wire::DeframeStatus::kMessage) break;
      result.messages.emplace_back(message.begin(), message.end());
    }
  }
  return result;
}

}  // namespace

// The first two bytes choose the framing and how the stream is cut; neither may change what comes
// out.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const wire::StreamFraming framing =
      (data[0] & 1) == 0 ? wire::StreamFraming::kLengthPrefixed : wire::StreamFraming::kIkeHeader;
  const ByteSpan stream(data + 2, size - 2);
  const Deframed whole = Deframe(framing, stream, stream.size() + 1);
  const Deframed cut = Deframe(framing, stream, size_t{data[1]} + 1);
  Require(whole == cut, "segments do not matter");
  wire::StripMarker(stream);
  return 0;
}
