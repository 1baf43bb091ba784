#include "exporter/http/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "exporter/http/tls_files.h"

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

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

BioPtr Open(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

CertificatePtr NextCertificate(BIO* bio) {
  return {PEM_read_bio_X509(bio, nullptr, NoPassword, nullptr), X509_free};
}

std::string AddressText(const ASN1_OCTET_STRING& address) {
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(&address);
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&address), text, sizeof text);
  return text;
}

// The names, mail addresses, URIs and addresses that a certificate is for.
std::vector<std::string> AlternativeNames(X509* certificate) {
  std::vector<std::string> found;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS || name->type == GEN_EMAIL || name->type == GEN_URI) {
      const ASN1_IA5STRING* text = name->d.ia5;
      found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<size_t>(ASN1_STRING_length(text)));
    } else if (name->type == GEN_IPADD) {
      found.push_back(AddressText(*name->d.iPAddress));
    }
  }
  GENERAL_NAMES_free(names);
  return found;
}

bool IsAllowed(const std::vector<std::string>& allowed, X509* certificate) {
  const std::vector<std::string> names = AlternativeNames(certificate);
  return allowed.empty() || std::ranges::any_of(names, [&](const std::string& name) {
           return std::ranges::find(allowed, name) != allowed.end();
         });
}

// Of a client; `settings` are those that the context was made of.
int VerifyCertificate(X509_STORE_CTX* store, void* settings) {
  const auto& tls = *static_cast<const TlsSettings*>(settings);
  const ClientAuth wanted = tls.client_auth;
  const bool any = wanted == ClientAuth::kRequest || wanted == ClientAuth::kRequireAny;
  if (!any && X509_verify_cert(store) != 1) return 0;
  if (IsAllowed(tls.client_allowed_sans, X509_STORE_CTX_get0_cert(store))) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

bool UseCertificates(const std::string& text, SSL_CTX* context) {
  const BioPtr bio = Open(text);
  const CertificatePtr own = NextCertificate(bio.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (CertificatePtr issuer = NextCertificate(bio.get())) {
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return false;
  }
  return true;
}

bool UseKey(const std::string& text, SSL_CTX* context) {
  const BioPtr bio = Open(text);
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr), EVP_PKEY_free);
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

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

// Whom the client's certificate may be from.
bool UseAuthorities(const std::string& text, SSL_CTX* context) {
  const BioPtr bio = Open(text);
  int count = 0;
  while (CertificatePtr authority = NextCertificate(bio.get())) {
    ++count;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return false;
    }
  }
  return count > 0;
}

bool SetClientAuth(const TlsSettings& settings, const std::string& authorities, SSL_CTX* context) {
  ClientAuth wanted = settings.client_auth;
  if (wanted == ClientAuth::kNone) return true;
  bool required = wanted == ClientAuth::kRequireAny || wanted == ClientAuth::kRequireAndVerify;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  SSL_CTX_set_cert_verify_callback(context, VerifyCertificate, const_cast<TlsSettings*>(&settings));
  if (settings.client_ca.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  return UseAuthorities(authorities, context);
}

}  // namespace

tl::expected<TlsContextPtr, std::string> MakeTlsContext(const TlsSettings& given) {
  ERR_clear_error();
  // The context's callbacks go by them for as long as it lives.
  auto settings = std::make_shared<const TlsSettings>(given);
  TlsContextPtr context(SSL_CTX_new(TLS_server_method()),
                        [settings](SSL_CTX* made) { SSL_CTX_free(made); });
  if (!context) return tl::make_unexpected("no memory for TLS");
  SetLimits(*settings, context.get());
  auto certificate = ReadPemSource(settings->cert);
  auto key = ReadPemSource(settings->key);
  auto authorities = ReadPemSource(settings->client_ca);
  std::string failure;
  if (!SetAlgorithms(*settings, context.get())) {
    failure = "OpenSSL takes neither these versions, suites nor curves together";
  } else if (!certificate || !UseCertificates(*certificate, context.get())) {
    failure = NameOf(settings->cert) + " holds no usable certificate";
  } else if (!key || !UseKey(*key, context.get())) {
    failure = NameOf(settings->key) + " holds no usable key of the certificate";
  } else if (!authorities || !SetClientAuth(*settings, *authorities, context.get())) {
    failure = NameOf(settings->client_ca) + " holds no certificates of authorities";
  }
  ERR_clear_error();
  if (failure.empty()) return context;
  return tl::make_unexpected("TLS: " + failure);
}

}  // namespace exporter
