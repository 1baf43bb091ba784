// Letters as protocols compare them: ASCII alone, whatever the locale. Pure functions, any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace ike {

constexpr char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return AsciiLower(c); });
  return lower;
}

}  // namespace ike
