// Load: reads a TOML configuration and the files it includes. Called at start, on reload and by
// --config.check. Thread-safe (no shared state); reads files, nothing else.
// Every semantic error of every file is reported at once, in the order of files and lines; a TOML
// syntax error ends its own file only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "config/config.h"

namespace config {

struct ConfigError {
  std::string file;
  uint32_t line = 0;    // from 1; 0 = the file as a whole
  uint32_t column = 0;  // from 1
  std::string message;  // what was found and what was expected

  friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

// `file:line:column: message`
std::string Format(const ConfigError& error);

using ConfigErrors = std::vector<ConfigError>;

// A missing or unreadable file is an error like any other.
tl::expected<Config, ConfigErrors> Load(const std::string& path);

// The first of `paths` is the configuration; the others hold more [[target]] tables, as if it
// included them. REQUIRES: there is one.
tl::expected<Config, ConfigErrors> Load(const std::vector<std::string>& paths);

// The same of a text that is at hand, called `file` in messages. Includes are not followed.
tl::expected<Config, ConfigErrors> LoadText(std::string_view text, const std::string& file);

}  // namespace config
