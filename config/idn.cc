#include "config/idn.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace config {

bool IsInternational(std::string_view name) {
  return std::any_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::optional<std::string> ToAscii(std::string_view name) {
  if (!IsInternational(name)) return std::string(name);
  // The C function stops at a NUL byte, which a TOML or JSON string may hold.
  if (name.find('\0') != name.npos) return std::nullopt;
  const std::string text(name);
  uint8_t* ascii = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const uint8_t*>(text.c_str()), &ascii,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<uint8_t, void (*)(void*)> owned(ascii, idn2_free);
  if (status != IDN2_OK) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(owned.get()));
}

}  // namespace config
