// RandomMessage: well-formed IKE messages of both versions as nobody would think them up, written
// by the codec; what the codec never writes (several proposals, SPIs, attributes of any class) is
// written here. For main.cc; one thread.
#pragma once

#include <cstdint>
#include <random>

#include "probes/base/bytes.h"

namespace ike::test {

class RandomMessage {
 public:
  explicit RandomMessage(uint64_t seed) : random_(seed) {}

  Bytes Next();

 private:
  // A number below `end`.
  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  Bytes Data(uint32_t least, uint32_t most);
  Bytes DataOrNone(uint32_t percent, uint32_t least, uint32_t most);

  Bytes Version1();
  Bytes Sa1();
  Bytes ForeignSa1();
  void ForeignTransform1(bool last, uint8_t number, Writer* writer);
  Bytes Notify1();
  Bytes Id1();

  Bytes Version2();
  Bytes Sa2();
  Bytes ForeignSa2();
  void ForeignTransform2(bool last, Writer* writer);
  Bytes Notify2();
  Bytes Ke2();

  std::mt19937_64 random_;
};

}  // namespace ike::test
