// The words of the web configuration (Go's names, as the exporter-toolkit takes them) and what
// OpenSSL calls the same things. Read by web_config.cc. Constants.
#pragma once

#include <span>
#include <string_view>

#include "exporter/http/web_config.h"

namespace exporter {

struct Suite {
  std::string_view go_name;
  std::string_view openssl_name;  // empty: TLS 1.3, where Go does not let anybody choose
};

// The suites that Go offers by default; it knows insecure ones too, but refuses them in this file.
inline constexpr Suite kSuites[] = {
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
};

struct Curve {
  std::string_view go_name;
  std::string_view openssl_name;
};
inline constexpr Curve kCurves[] = {
    {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}};

inline constexpr std::string_view kTlsVersions[] = {"TLS10", "TLS11", "TLS12", "TLS13"};

struct ClientAuthName {
  std::string_view name;
  ClientAuth value;
};
inline constexpr ClientAuthName kClientAuthNames[] = {
    {"", ClientAuth::kNone},
    {"NoClientCert", ClientAuth::kNone},
    {"RequestClientCert", ClientAuth::kRequest},
    {"RequireAnyClientCert", ClientAuth::kRequireAny},
    {"RequireClientCert", ClientAuth::kRequireAny},
    {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify},
};

// Headers that may be added, with the values that they may have (empty: any).
struct HeaderRule {
  std::string_view name;
  std::span<const std::string_view> values;
};
inline constexpr std::string_view kContentTypeOptions[] = {"nosniff"};
inline constexpr std::string_view kFrameOptions[] = {"deny", "sameorigin"};
inline constexpr HeaderRule kHeaders[] = {
    {"Strict-Transport-Security", {}},  {"X-Content-Type-Options", kContentTypeOptions},
    {"X-Frame-Options", kFrameOptions}, {"X-XSS-Protection", {}},
    {"Content-Security-Policy", {}},
};

}  // namespace exporter
