// What a TLS server is given in PEM format, and its check before the server gets it: a wrong pair
// must be an error at start and leave the running server alone on a reload. Called by the web
// configuration and by what makes the TLS context. Any thread.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "exporter/http/web_config.h"

namespace exporter {

// Its text. The error names the file, and why it cannot be read.
tl::expected<std::string, std::string> ReadPemSource(const PemSource& source);

// What an error calls it: the quoted file, or "the inline text" of that key.
std::string NameOf(const PemSource& source);

// Why the two cannot serve, nullopt if they can. Encrypted keys cannot: nobody is there to type the
// password.
std::optional<std::string> CheckKeyPair(const PemSource& cert, const PemSource& key);

}  // namespace exporter
