#include "exporter/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "config/suggest.h"

namespace exporter {
namespace {

// Forward secrecy and authenticated encryption, as Go offers them first; TLS 1.3 has no others.
constexpr const char* kDefaultSuites = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string Join(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ":") + name;
  return joined;
}

int ProtocolOf(TlsVersion version) {
  return version == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

// Nobody is there to type a password.
int NoPassword(char*, int, int, void*) { return 0; }

// Only HTTP/1.1 is spoken; a client that offers others as well hears so.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";  // the choice points into it
  unsigned char* chosen = nullptr;
  int result = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int AcceptAnyCertificate(X509_STORE_CTX*, void*) { return 1; }

void SetLimits(const TlsSettings& settings, SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (settings.prefer_server_cipher_suites) {
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  // Each connection shows its certificate anew: what was withdrawn meanwhile does not live on.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // Else one SSL_read goes on as long as a client sends nothing but key updates, and everybody else
  // waits for it.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, NoPassword);
}

bool SetAlgorithms(const TlsSettings& settings, SSL_CTX* context) {
  std::string suites =
      settings.cipher_suites.empty() ? kDefaultSuites : Join(settings.cipher_suites);
  bool done = SSL_CTX_set_min_proto_version(context, ProtocolOf(settings.min_version)) == 1 &&
              SSL_CTX_set_max_proto_version(context, ProtocolOf(settings.max_version)) == 1 &&
              SSL_CTX_set_cipher_list(context, suites.c_str()) == 1;
  if (settings.curve_preferences.empty()) return done;
  return done && SSL_CTX_set1_groups_list(context, Join(settings.curve_preferences).c_str()) == 1;
}

bool SetClientAuth(const TlsSettings& settings, SSL_CTX* context) {
  ClientAuth wanted = settings.client_auth;
  if (wanted == ClientAuth::kNone) return true;
  bool required = wanted == ClientAuth::kRequireAny || wanted == ClientAuth::kRequireAndVerify;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  if (wanted == ClientAuth::kRequest || wanted == ClientAuth::kRequireAny) {
    SSL_CTX_set_cert_verify_callback(context, AcceptAnyCertificate, nullptr);
  }
  if (settings.client_ca_file.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  const char* file = settings.client_ca_file.c_str();
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file);
  if (names == nullptr) return false;
  SSL_CTX_set_client_CA_list(context, names);  // takes them
  return SSL_CTX_load_verify_locations(context, file, nullptr) == 1;
}

}  // namespace

tl::expected<TlsContextPtr, std::string> MakeTlsContext(const TlsSettings& settings) {
  ERR_clear_error();
  TlsContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  std::string failure;
  if (!context) return tl::make_unexpected("no memory for TLS");
  SetLimits(settings, context.get());
  const char* certificate = settings.cert_file.c_str();
  const char* key = settings.key_file.c_str();
  if (!SetAlgorithms(settings, context.get())) {
    failure = "OpenSSL takes neither these versions, suites nor curves together";
  } else if (SSL_CTX_use_certificate_chain_file(context.get(), certificate) != 1) {
    failure = config::Quoted(settings.cert_file) + " holds no usable certificate";
  } else if (SSL_CTX_use_PrivateKey_file(context.get(), key, SSL_FILETYPE_PEM) != 1 ||
             SSL_CTX_check_private_key(context.get()) != 1) {
    failure = config::Quoted(settings.key_file) + " holds no usable key of the certificate";
  } else if (!SetClientAuth(settings, context.get())) {
    failure = config::Quoted(settings.client_ca_file) + " holds no certificates of authorities";
  }
  ERR_clear_error();
  if (failure.empty()) return context;
  return tl::make_unexpected("TLS: " + failure);
}

}  // namespace exporter
