// Internationalized domain names (IDNA 2008, RFC 5891), which people type in letters of any script
// and name servers know as "xn--...". Used where a host is read, compared or resolved. Pure
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

// Whether `name` has a letter that is not ASCII.
bool IsInternational(std::string_view name);

// `name`, in UTF-8, as name servers know it, one of ASCII unchanged; absent where it is none.
std::optional<std::string> ToAscii(std::string_view name);

}  // namespace config
