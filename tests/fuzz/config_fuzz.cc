// Any text is a configuration or has at least one error with a message and a place inside the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = config::LoadText(text, "fuzz.toml");
  if (config) {
    for (const ike::Target& target : config->targets) {
      if (target.settings == nullptr || target.name.empty() || target.host.empty()) std::abort();
    }
    return 0;
  }
  if (config.error().empty()) std::abort();
  for (const config::ConfigError& error : config.error()) {
    if (error.message.empty() || error.line > size + 1) std::abort();
  }
  return 0;
}
