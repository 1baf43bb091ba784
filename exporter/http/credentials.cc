#include "exporter/http/credentials.h"

#include <algorithm>
#include <cstdint>

#include "probes/base/ascii.h"

namespace exporter {
namespace {

// RFC 4648 section 4, padding included.
std::optional<std::string> DecodeBase64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded.push_back(static_cast<char>(bits >> count & 0xff));
  }
  return decoded;
}

}  // namespace

std::optional<Credentials> ParseCredentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";  // in any case, RFC 9110 section 11.1
  if (ike::AsciiLower(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  std::string_view token = authorization.substr(kScheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  auto decoded = DecodeBase64(token);
  if (!decoded) return std::nullopt;
  size_t colon = decoded->find(':');
  if (colon == decoded->npos) return std::nullopt;
  return Credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

}  // namespace exporter
