// The simulated gateway's own small codec: ISAKMP/IKE header, payload chain, notifies. It shares
// nothing with probes/wire on purpose, so that a mistake there cannot hide behind the same mistake
// here. Called by the daemons and their tests; pure functions and values, any thread. Views point
// into the bytes they were read from; malformed bytes are nullopt or false.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/responder/wire_ids.h"

namespace responder {

using Bytes = std::vector<uint8_t>;
using View = std::span<const uint8_t>;

struct Header {
  uint64_t spi_i = 0, spi_r = 0;
  uint8_t next = 0, version = 0, exchange = 0, flags = 0;
  uint32_t message_id = 0, length = 0;

  uint8_t major() const { return version >> 4; }
};

struct Payload {
  uint8_t type = 0;
  bool critical = false;
  View body;  // without the generic header
};

uint16_t Get16(View bytes, size_t at);
uint32_t Get32(View bytes, size_t at);
uint64_t Get64(View bytes, size_t at);
void Put16(Bytes& out, uint32_t value);
void Put32(Bytes& out, uint32_t value);
void Put64(Bytes& out, uint64_t value);
void PutAll(Bytes& out, View more);
void Set16(Bytes& out, size_t at, uint32_t value);
void Set32(Bytes& out, size_t at, uint32_t value);
void Set64(Bytes& out, size_t at, uint64_t value);

// The fixed header; nullopt when there are fewer than 28 bytes.
std::optional<Header> ReadHeader(View message);

// Walks the chain after the header into `out`; false when a length lies or the chain does not end
// exactly at the end of `message`.
bool ReadPayloads(const Header& header, View message, std::vector<Payload>& out);

// Builds a message: the header first, then payloads, next-payload and lengths kept right.
class MessageBuilder {
 public:
  explicit MessageBuilder(const Header& header);

  // Returns where the body of the payload begins, for values that are filled in later.
  size_t Add(uint8_t type, View body);
  // Padded with zeros to a multiple of so many bytes.
  Bytes Finish(size_t multiple = 1) &&;

 private:
  Bytes bytes_;
  size_t next_at_;  // of the byte that names the payload to come
};

// Notify bodies: RFC 7296 section 3.10 without an SPI, RFC 2408 section 3.14 with DOI IPsec.
Bytes NotifyBodyV2(uint16_t type, View data);
Bytes NotifyBodyV1(uint16_t type, View spi);

}  // namespace responder
