// Bytes from and to hex text, for tests. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "probes/base/bytes.h"

namespace ike::test {

inline int HexDigit(char digit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return static_cast<int>(kDigits.find(digit));
}

// REQUIRES: lower-case hex digits and spaces.
inline Bytes FromHex(std::string_view text) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    bytes.push_back(static_cast<uint8_t>(HexDigit(text[i]) << 4 | HexDigit(text[i + 1])));
    i += 2;
  }
  return bytes;
}

inline std::string ToHex(ByteSpan bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0x0f]);
  }
  return text;
}

}  // namespace ike::test
