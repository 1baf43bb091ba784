#include "exporter/http/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "config/files.h"
#include "config/suggest.h"

namespace exporter {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

BioPtr Open(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

// Without it OpenSSL would ask on the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

CertificatePtr ReadCertificate(const std::string& text) {
  const BioPtr bio = Open(text);
  CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr), X509_free);
  ERR_clear_error();
  return certificate;
}

KeyPtr ReadKey(const std::string& text) {
  const BioPtr bio = Open(text);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  return key;
}

// What TLS clients in use accept, and what the other exporters do.
bool IsServerKey(const EVP_PKEY& key) {
  const int type = EVP_PKEY_get_base_id(&key);
  return type == EVP_PKEY_RSA || type == EVP_PKEY_EC || type == EVP_PKEY_ED25519;
}

}  // namespace

std::string NameOf(const PemSource& source) {
  return source.file.empty() ? "the text in the configuration" : config::Quoted(source.file);
}

tl::expected<std::string, std::string> ReadPemSource(const PemSource& source) {
  if (source.file.empty()) return source.text;
  auto text = config::ReadFile(source.file);
  if (text) return *text;
  return tl::make_unexpected(NameOf(source) + " cannot be read: " + text.error());
}

std::optional<std::string> CheckKeyPair(const PemSource& cert, const PemSource& key) {
  const auto cert_text = ReadPemSource(cert);
  if (!cert_text) return cert_text.error();
  const auto key_text = ReadPemSource(key);
  if (!key_text) return key_text.error();

  const CertificatePtr certificate = ReadCertificate(*cert_text);
  if (!certificate) return NameOf(cert) + " holds no certificate in PEM format";
  const KeyPtr read = ReadKey(*key_text);
  if (!read) return NameOf(key) + " holds no unencrypted private key in PEM format";
  if (!IsServerKey(*read)) return NameOf(key) + " is not an RSA, ECDSA or Ed25519 key";
  const bool fits = X509_check_private_key(certificate.get(), read.get()) == 1;
  ERR_clear_error();
  if (fits) return std::nullopt;
  return NameOf(key) + " is not the key of the certificate " + NameOf(cert);
}

}  // namespace exporter
