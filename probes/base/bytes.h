// Reader and Writer: big-endian cursors over bytes, the only way the codecs touch memory.
// A Reader fails sticky: after one bad read every later read yields zeros and ok() is false, so a
// parser reads like the packet and checks once. Both are values of one thread; a Reader's spans
// live as long as the bytes it was made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ike {

using ByteSpan = std::span<const uint8_t>;
using Bytes = std::vector<uint8_t>;

class Reader {
 public:
  explicit Reader(ByteSpan bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  size_t remaining() const { return rest_.size(); }
  ByteSpan rest() const { return rest_; }

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  void Skip(size_t count) { Take(count); }

  // The next `count` bytes; empty, and failed, when there are fewer.
  ByteSpan Take(size_t count) {
    if (!ok_ || count > rest_.size()) {
      Fail();
      return {};
    }
    ByteSpan taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // A reader of the next `count` bytes alone; a failed one when there are fewer.
  Reader Sub(size_t count) {
    Reader sub(Take(count));
    sub.ok_ = ok_;
    return sub;
  }

  void Fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  uint64_t Number(size_t width) {
    uint64_t value = 0;
    for (uint8_t byte : Take(width)) value = value << 8 | byte;
    return value;
  }

  ByteSpan rest_;
  bool ok_ = true;
};

class Writer {
 public:
  explicit Writer(Bytes* out) : out_(out) {}

  size_t position() const { return out_->size(); }

  void U8(uint8_t value) { out_->push_back(value); }
  void U16(uint16_t value) { Number(value, 2); }
  void U32(uint32_t value) { Number(value, 4); }
  void U64(uint64_t value) { Number(value, 8); }
  void Put(ByteSpan bytes) { out_->insert(out_->end(), bytes.begin(), bytes.end()); }
  void Zeros(size_t count) { out_->resize(out_->size() + count); }

  // Overwrites a 16-bit field written earlier, such as a length that is known only now.
  // REQUIRES: position + 2 <= this->position().
  void PatchU16(size_t position, uint16_t value) {
    (*out_)[position] = static_cast<uint8_t>(value >> 8);
    (*out_)[position + 1] = static_cast<uint8_t>(value);
  }
  void PatchU8(size_t position, uint8_t value) { (*out_)[position] = value; }
  void PatchU32(size_t position, uint32_t value) {
    PatchU16(position, static_cast<uint16_t>(value >> 16));
    PatchU16(position + 2, static_cast<uint16_t>(value));
  }

 private:
  void Number(uint64_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      out_->push_back(static_cast<uint8_t>(value >> shift));
    }
  }

  Bytes* out_;
};

}  // namespace ike
