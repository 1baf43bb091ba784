#include "tests/responder/wire.h"

#include <algorithm>

namespace responder {
namespace {

constexpr uint8_t kCriticalBit = 0x80;  // RFC 7296 section 3.2
constexpr uint32_t kDoiIpsec = 1;       // RFC 2407 section 4.1
constexpr uint8_t kProtocolIsakmp = 1;  // RFC 2407 section 4.4.1

}  // namespace

uint16_t Get16(View bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t Get32(View bytes, size_t at) {
  return static_cast<uint32_t>(Get16(bytes, at)) << 16 | Get16(bytes, at + 2);
}

uint64_t Get64(View bytes, size_t at) {
  return static_cast<uint64_t>(Get32(bytes, at)) << 32 | Get32(bytes, at + 4);
}

void Set16(Bytes& out, size_t at, uint32_t value) {
  out[at] = static_cast<uint8_t>(value >> 8);
  out[at + 1] = static_cast<uint8_t>(value);
}

void Set32(Bytes& out, size_t at, uint32_t value) {
  Set16(out, at, value >> 16);
  Set16(out, at + 2, value & 0xffff);
}

void Set64(Bytes& out, size_t at, uint64_t value) {
  Set32(out, at, static_cast<uint32_t>(value >> 32));
  Set32(out, at + 4, static_cast<uint32_t>(value));
}

void Put16(Bytes& out, uint32_t value) {
  out.resize(out.size() + 2);
  Set16(out, out.size() - 2, value);
}

void Put32(Bytes& out, uint32_t value) {
  out.resize(out.size() + 4);
  Set32(out, out.size() - 4, value);
}

void Put64(Bytes& out, uint64_t value) {
  out.resize(out.size() + 8);
  Set64(out, out.size() - 8, value);
}

void PutAll(Bytes& out, View more) { out.insert(out.end(), more.begin(), more.end()); }

std::optional<Header> ReadHeader(View message) {
  if (message.size() < kHeaderSize) return std::nullopt;
  Header header;
  header.spi_i = Get64(message, 0);
  header.spi_r = Get64(message, 8);
  header.next = message[16];
  header.version = message[17];
  header.exchange = message[18];
  header.flags = message[19];
  header.message_id = Get32(message, 20);
  header.length = Get32(message, 24);
  return header;
}

bool ReadPayloads(const Header& header, View message, std::vector<Payload>& out) {
  out.clear();
  if (header.length != message.size()) return false;
  uint8_t type = header.next;
  View rest = message.subspan(kHeaderSize);
  while (type != 0) {
    if (rest.size() < 4) return false;
    size_t length = Get16(rest, 2);
    if (length < 4 || length > rest.size()) return false;
    out.push_back({type, (rest[1] & kCriticalBit) != 0, rest.subspan(4, length - 4)});
    type = rest[0];
    rest = rest.subspan(length);
  }
  // libreswan pads its IKEv1 messages with zeros to a multiple of four bytes.
  bool padding = header.major() == 1 && rest.size() < 4 &&
                 std::ranges::all_of(rest, [](uint8_t byte) { return byte == 0; });
  return rest.empty() || padding;
}

MessageBuilder::MessageBuilder(const Header& header) : next_at_(16) {
  Put64(bytes_, header.spi_i);
  Put64(bytes_, header.spi_r);
  bytes_.insert(bytes_.end(), {0, header.version, header.exchange, header.flags});
  Put32(bytes_, header.message_id);
  Put32(bytes_, 0);
}

size_t MessageBuilder::Add(uint8_t type, View body) {
  bytes_[next_at_] = type;
  next_at_ = bytes_.size();
  bytes_.insert(bytes_.end(), {0, 0});
  Put16(bytes_, static_cast<uint32_t>(body.size() + 4));
  PutAll(bytes_, body);
  return next_at_ + 4;
}

Bytes MessageBuilder::Finish(size_t multiple) && {
  while (bytes_.size() % multiple != 0) bytes_.push_back(0);
  Set32(bytes_, 24, static_cast<uint32_t>(bytes_.size()));
  return std::move(bytes_);
}

Bytes NotifyBodyV2(uint16_t type, View data) {
  Bytes body = {0, 0};  // protocol none, no SPI
  Put16(body, type);
  PutAll(body, data);
  return body;
}

Bytes NotifyBodyV1(uint16_t type, View spi) {
  Bytes body;
  Put32(body, kDoiIpsec);
  body.insert(body.end(), {kProtocolIsakmp, static_cast<uint8_t>(spi.size())});
  Put16(body, type);
  PutAll(body, spi);
  return body;
}

}  // namespace responder
