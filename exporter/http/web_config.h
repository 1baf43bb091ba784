// WebConfig: the file of --web.config.file, in the exporter-toolkit's YAML format, as strict as
// `promtool check web-config`. Read at start and again when it changes, by the HTTP server; any
// thread. An operator's mistakes come back as config::ConfigError, all of them at once, hashes
// never shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "config/load.h"

namespace exporter {

enum class TlsVersion : uint8_t { k10, k11, k12, k13 };

// The names are Go's (crypto/tls).
enum class ClientAuth : uint8_t {
  kNone,              // "NoClientCert"
  kRequest,           // "RequestClientCert"
  kRequireAny,        // "RequireAnyClientCert", "RequireClientCert": not verified
  kVerifyIfGiven,     // "VerifyClientCertIfGiven"
  kRequireAndVerify,  // "RequireAndVerifyClientCert"
};

// What is in PEM format: in a file, or in the configuration itself. Where both are given, the file
// counts, as in the exporter-toolkit.
struct PemSource {
  std::string file;  // absolute or relative to the working directory; empty = none
  std::string text;

  bool empty() const { return file.empty() && text.empty(); }
  friend bool operator==(const PemSource&, const PemSource&) = default;
};

// The files were readable, and key and certificate fit each other, when the configuration was read.
struct TlsSettings {
  PemSource cert;
  PemSource key;
  PemSource client_ca;  // empty = none
  ClientAuth client_auth = ClientAuth::kNone;
  // A client's certificate has to be for one of these; empty = for any.
  std::vector<std::string> client_allowed_sans;
  // As the file says; the server never goes below TLS 1.2.
  TlsVersion min_version = TlsVersion::k12;
  TlsVersion max_version = TlsVersion::k13;
  std::vector<std::string> cipher_suites;  // OpenSSL's names, TLS 1.2 and below; empty = default
  std::vector<std::string> curve_preferences;  // OpenSSL's names; empty = default
  bool prefer_server_cipher_suites = true;

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

// A token bucket for the requests of all clients.
struct WebRateLimit {
  std::chrono::nanoseconds interval{0};  // between two requests; zero = no limit
  int64_t burst = 0;

  friend bool operator==(const WebRateLimit&, const WebRateLimit&) = default;
};

struct WebConfig {
  std::optional<TlsSettings> tls;  // absent = plain HTTP
  bool http2 = true;               // read for compatibility; the server speaks HTTP/1.1
  std::vector<std::pair<std::string, std::string>> headers;  // to be added to every response
  std::map<std::string, std::string> users;                  // name to bcrypt hash; empty = open

  WebRateLimit rate_limit;

  // Whether only those get in who show a certificate that was checked.
  bool tls_requires_certificate() const {
    return tls && tls->client_auth == ClientAuth::kRequireAndVerify;
  }

  friend bool operator==(const WebConfig&, const WebConfig&) = default;
};

tl::expected<WebConfig, config::ConfigErrors> LoadWebConfig(const std::string& path);
// The same of a text that was read already; `path` names it in errors and is where relative paths
// start.
tl::expected<WebConfig, config::ConfigErrors> ParseWebConfig(std::string_view text,
                                                             const std::string& path);

}  // namespace exporter
