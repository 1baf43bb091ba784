#include <cstdint>
#include <string_view>

#include "config/load.h"
#include "tests/fuzz/fuzz.h"

using ike::fuzz::Require;

// Any text is a configuration of whole targets, or has errors with a message and a place in the
// text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = config::LoadText(text, "fuzz.toml");
  if (config) {
    for (const ike::Target& target : config->targets) {
      Require(target.settings != nullptr, "a target has settings");
      Require(!target.name.empty() && !target.host.empty(), "a target has a name and a host");
    }
    return 0;
  }
  Require(!config.error().empty(), "a refusal has a reason");
  for (const config::ConfigError& error : config.error()) {
    Require(!error.message.empty(), "an error has a message");
    Require(error.line <= size + 1, "an error is in the text");
  }
  return 0;
}
