// The credentials of HTTP Basic authentication (RFC 7617). Called by the site for each request
// where the web configuration has users. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace exporter {

struct Credentials {
  std::string user;
  std::string password;
};

// Of a field Authorization; nullopt where it holds none.
std::optional<Credentials> ParseCredentials(std::string_view authorization);

}  // namespace exporter
