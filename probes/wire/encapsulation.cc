#include "probes/wire/encapsulation.h"

#include <algorithm>

#include "probes/wire/ike_header.h"

namespace ike::wire {
namespace {

constexpr size_t kLengthSize = 2;

bool StartsWithMarker(ByteSpan bytes) {
  return bytes.size() >= kNonEspMarkerSize &&
         std::ranges::all_of(bytes.first(kNonEspMarkerSize), [](uint8_t b) { return b == 0; });
}

}  // namespace

void WriteMarked(ByteSpan message, Writer* writer) {
  writer->Zeros(kNonEspMarkerSize);
  writer->Put(message);
}

std::optional<ByteSpan> StripMarker(ByteSpan datagram) {
  if (!StartsWithMarker(datagram)) return std::nullopt;
  return datagram.subspan(kNonEspMarkerSize);
}

void WriteFramed(ByteSpan message, Writer* writer) {
  writer->U16(static_cast<uint16_t>(message.size() + kFrameHeaderSize));
  WriteMarked(message, writer);
}

void StreamDeframer::Append(ByteSpan segment) {
  if (failed_) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
  consumed_ = 0;
  buffer_.insert(buffer_.end(), segment.begin(), segment.end());
}

DeframeStatus StreamDeframer::Next(ByteSpan* message) {
  if (failed_) return DeframeStatus::kError;
  const bool is_framed = framing_ == StreamFraming::kLengthPrefixed;
  const DeframeStatus status = is_framed ? NextFramed(message) : NextBare(message);
  if (status != DeframeStatus::kError) return status;
  failed_ = true;
  buffer_.clear();
  consumed_ = 0;
  return status;
}

DeframeStatus StreamDeframer::NextFramed(ByteSpan* message) {
  while (pending().size() >= kLengthSize) {
    const size_t length = Reader(pending()).U16();
    // RFC 9329 section 3: the length counts itself, so 0 and 1 cannot be.
    if (length < kLengthSize) return DeframeStatus::kError;
    if (pending().size() < length) return DeframeStatus::kNeedMore;
    const ByteSpan frame = pending().subspan(kLengthSize, length - kLengthSize);
    consumed_ += length;
    if (!StartsWithMarker(frame)) continue;
    *message = frame.subspan(kNonEspMarkerSize);
    return DeframeStatus::kMessage;
  }
  return DeframeStatus::kNeedMore;
}

DeframeStatus StreamDeframer::NextBare(ByteSpan* message) {
  if (pending().size() < kIkeHeaderSize) return DeframeStatus::kNeedMore;
  const std::optional<IkeHeader> header = ParseIkeHeader(pending());
  if (!header || header->length > kMaxFramedMessage) return DeframeStatus::kError;
  if (pending().size() < header->length) return DeframeStatus::kNeedMore;
  *message = pending().first(header->length);
  consumed_ += header->length;
  return DeframeStatus::kMessage;
}

}  // namespace ike::wire
