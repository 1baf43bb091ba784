// The parts of a request's target (RFC 3986, and application/x-www-form-urlencoded for the query).
// Called by the request parser and the site. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

// "%41" as "A"; nullopt where a '%' is not followed by two hex digits.
std::optional<std::string> PercentDecode(std::string_view text);

// The values of one parameter of a query, decoded ('+' is a space), in their order; what cannot be
// decoded is taken as it is.
std::vector<std::string> QueryValues(std::string_view query, std::string_view name);

}  // namespace exporter
