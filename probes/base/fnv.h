// Fnv1a: the FNV-1a hash of 64 bits, the same in every process and version. It shows changes; it
// resists nobody. A value; see draft-eastlake-fnv.
#pragma once

#include <cstdint>
#include <string_view>

namespace ike {

class Fnv1a {
 public:
  constexpr void Add(std::string_view text) {
    for (char c : text) AddSymbol(static_cast<uint8_t>(c));
  }
  // Also one that no byte equals, such as the end of a text.
  constexpr void AddSymbol(uint16_t symbol) { hash_ = (hash_ ^ symbol) * 0x100000001b3u; }
  constexpr uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace ike
