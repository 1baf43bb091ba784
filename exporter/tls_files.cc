#include "exporter/tls_files.h"

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

std::optional<std::string> CheckReadable(const std::string& path) {
  const auto text = config::ReadFile(path);
  if (text) return std::nullopt;
  return config::Quoted(path) + " cannot be read: " + text.error();
}

std::optional<std::string> CheckKeyPair(const std::string& cert_file, const std::string& key_file) {
  const auto cert_text = config::ReadFile(cert_file);
  if (!cert_text) return config::Quoted(cert_file) + " cannot be read: " + cert_text.error();
  const auto key_text = config::ReadFile(key_file);
  if (!key_text) return config::Quoted(key_file) + " cannot be read: " + key_text.error();

  const CertificatePtr certificate = ReadCertificate(*cert_text);
  if (!certificate) return config::Quoted(cert_file) + " holds no certificate in PEM format";
  const KeyPtr key = ReadKey(*key_text);
  if (!key) return config::Quoted(key_file) + " holds no unencrypted private key in PEM format";
  if (!IsServerKey(*key)) return config::Quoted(key_file) + " is not an RSA, ECDSA or Ed25519 key";
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (fits) return std::nullopt;
  return config::Quoted(key_file) + " is not the key of the certificate " +
         config::Quoted(cert_file);
}

}  // namespace exporter
