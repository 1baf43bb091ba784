// Checks of the files that a TLS server is given, before it is: a wrong pair must be an error at
// start and leave the running server alone on a reload. Called by the web configuration. Any
// thread.
#pragma once

#include <optional>
#include <string>

namespace exporter {

// Why the two PEM files cannot serve, nullopt if they can. Encrypted keys cannot: nobody is there
// to type the password.
std::optional<std::string> CheckKeyPair(const std::string& cert_file, const std::string& key_file);

// Why a file cannot be read, nullopt if it can.
std::optional<std::string> CheckReadable(const std::string& path);

}  // namespace exporter
