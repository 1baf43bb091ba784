// The 28-byte header of every ISAKMP (RFC 2408 section 3.1) and IKEv2 (RFC 7296 section 3.1)
// message. Read by the dialogues and by whatever sorts packets by SPI; written by MessageBuilder.
// Values and pure functions, any thread. Bytes that are no header are std::nullopt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/base/bytes.h"

namespace ike::wire {

inline constexpr size_t kIkeHeaderSize = 28;
inline constexpr size_t kNextPayloadOffset = 16;
inline constexpr size_t kLengthOffset = 24;

inline constexpr uint8_t kVersion1 = 0x10;
inline constexpr uint8_t kVersion2 = 0x20;

// The bits of `flags`. RFC 2408 section 3.1.
namespace v1::flag {
inline constexpr uint8_t kEncryption = 0x01;
inline constexpr uint8_t kCommit = 0x02;
inline constexpr uint8_t kAuthenticationOnly = 0x04;
}  // namespace v1::flag

// RFC 7296 section 3.1.
namespace v2::flag {
inline constexpr uint8_t kInitiator = 0x08;
inline constexpr uint8_t kHigherVersion = 0x10;
inline constexpr uint8_t kResponse = 0x20;
}  // namespace v2::flag

struct IkeHeader {
  uint64_t initiator_spi = 0;  // IKEv1: the initiator cookie
  uint64_t responder_spi = 0;  // zero in the first request
  uint8_t next_payload = 0;
  uint8_t version = kVersion2;
  uint8_t exchange_type = 0;
  uint8_t flags = 0;
  uint32_t message_id = 0;
  uint32_t length = kIkeHeaderSize;  // of header and payloads, without marker or framing

  uint8_t major_version() const { return version >> 4; }
  uint8_t minor_version() const { return version & 0x0f; }
  bool has_flag(uint8_t flag) const { return (flags & flag) != 0; }

  friend bool operator==(const IkeHeader&, const IkeHeader&) = default;
};

// The header at the start of `message`; absent when there are fewer than 28 bytes or when the
// length field is smaller than the header. Whether it fits the message, MessageBody() tells.
std::optional<IkeHeader> ParseIkeHeader(ByteSpan message);

// The payloads of `message`, as its header delimits them; absent when the message is truncated.
// Bytes beyond the length are none of the message's.
std::optional<ByteSpan> MessageBody(const IkeHeader& header, ByteSpan message);

void WriteIkeHeader(const IkeHeader& header, Writer* writer);

}  // namespace ike::wire
