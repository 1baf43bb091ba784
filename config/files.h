// Files of a configuration: reading one whole, and which ones an `include` pattern means. Used by
// load.cc. Reads the file system, keeps nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace config {

// The text of a file, or why it cannot be read.
tl::expected<std::string, std::string> ReadFile(const std::string& path);

// `pattern` as a path seen from the folder of `main_file`.
std::string RelativeTo(const std::string& main_file, std::string_view pattern);

bool HasWildcard(std::string_view pattern);

// The files that match, sorted by name; none is no error. The error is the system's.
tl::expected<std::vector<std::string>, std::string> Glob(const std::string& pattern);

// Whether it is there and neither a regular file nor a folder.
bool IsSpecialFile(const std::string& path);

// What tells files apart whatever their paths; nullopt where there is none.
using FileId = std::pair<uint64_t, uint64_t>;  // device and inode
std::optional<FileId> IdOf(const std::string& path);

}  // namespace config
