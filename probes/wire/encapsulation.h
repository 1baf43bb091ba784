// How an IKE message travels: behind the non-ESP marker on UDP 4500 (RFC 3948 section 2.2), in
// frames on a TCP stream (RFC 9329 section 3), or bare on a stream by the length in its header.
// Used by exporter/net. A StreamDeframer belongs to one connection and one thread; what it hands
// out lives until its next call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"

namespace ike::wire {

inline constexpr size_t kNonEspMarkerSize = 4;
inline constexpr size_t kFrameHeaderSize = 2 + kNonEspMarkerSize;
// The largest message of RFC 9329 section 3, and of a bare stream; a peer that announces more is
// cut off.
inline constexpr size_t kMaxFramedMessage = 65535 - kFrameHeaderSize;
// "IKETCP", which the TCP originator sends once (RFC 9329 section 4).
inline constexpr std::array<uint8_t, 6> kTcpStreamPrefix = {'I', 'K', 'E', 'T', 'C', 'P'};

// Appends marker and message.
void WriteMarked(ByteSpan message, Writer* writer);
// The message of a datagram on port 4500; absent for ESP and for NAT keepalives.
std::optional<ByteSpan> StripMarker(ByteSpan datagram);

// Appends one frame: length (itself included), marker, message.
// REQUIRES: message.size() <= kMaxFramedMessage.
void WriteFramed(ByteSpan message, Writer* writer);

enum class StreamFraming : uint8_t { kLengthPrefixed, kIkeHeader };  // transports tcp, tcp-raw
enum class DeframeStatus : uint8_t {
  kNeedMore,
  kMessage,
  kError,  // what came is no IKE stream, and nothing after it can be read
};

class StreamDeframer {
 public:
  explicit StreamDeframer(StreamFraming framing) : framing_(framing) {}

  // Takes what came from the connection, however the segments fell.
  void Append(ByteSpan segment);

  // The next message, until kNeedMore or kError. Frames of ESP and keepalives are passed over.
  DeframeStatus Next(ByteSpan* message);

 private:
  ByteSpan pending() const { return ByteSpan(buffer_).subspan(consumed_); }
  DeframeStatus NextFramed(ByteSpan* message);
  DeframeStatus NextBare(ByteSpan* message);

  StreamFraming framing_;
  bool failed_ = false;
  Bytes buffer_;
  size_t consumed_ = 0;
};

}  // namespace ike::wire
