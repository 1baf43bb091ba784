// What a mistyped word was probably meant to be, and lists of words for error messages. Pure
// functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace config {

// The candidate nearest to `word`, if it is near enough to be what was meant; else empty.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

// `"udp", "tcp" or "tcp-raw"`; without quotes for keys.
std::string ListOf(std::span<const std::string_view> words, bool quoted);

// A string as messages show it: quoted, control characters escaped, long ones cut.
std::string Quoted(std::string_view text);

}  // namespace config
