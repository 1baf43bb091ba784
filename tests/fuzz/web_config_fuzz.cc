// The file of --web.config.file: any text is a configuration, or has errors with a message and a
// place in the text.
#include <cstdint>
#include <string_view>

#include "exporter/http/web_config.h"
#include "tests/fuzz/fuzz.h"

using ike::fuzz::Require;

// No file that the text names exists, since it is read as one in a folder that does not exist.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // An absolute path might be a device that never ends.
  if (text.find("/dev") != text.npos || text.find("/proc") != text.npos) return 0;
  const auto web = exporter::ParseWebConfig(text, "no-such-folder/web.yml");
  if (web) {
    Require(!web->tls.has_value(), "without certificates there is no TLS");
    for (const auto& [user, hash] : web->users) Require(hash.starts_with("$2"), "a bcrypt hash");
    return 0;
  }
  Require(!web.error().empty(), "a refusal has a reason");
  for (const config::ConfigError& error : web.error()) {
    Require(!error.message.empty(), "an error has a message");
    Require(error.line <= size + 1, "an error is in the text");
  }
  return 0;
}
