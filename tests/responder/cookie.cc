#include "tests/responder/cookie.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace responder {
namespace {

constexpr int64_t kLifetimeSeconds = 10;
constexpr size_t kCookieSize = 24;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

Bytes CookieOf(uint64_t secret, const CookieSubject& subject, uint32_t made) {
  Bytes hashed;
  Put64(hashed, secret);
  Put64(hashed, subject.spi_i);
  Put32(hashed, made);
  PutAll(hashed, subject.source.bytes());
  PutAll(hashed, subject.nonce);
  Bytes cookie(kCookieSize);
  Set32(cookie, 0, made);
  Sha1(hashed, cookie.data() + 4);
  return cookie;
}

uint32_t Seconds(int64_t now) { return static_cast<uint32_t>(now / 1'000'000'000); }

}  // namespace

// Fetching the algorithm anew costs several times the hash itself.
void Sha1(View bytes, uint8_t* digest) {
  thread_local std::unique_ptr<EVP_MD, FreeDigest> sha1(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  thread_local std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  EVP_DigestInit_ex2(context.get(), sha1.get(), nullptr);
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context.get(), digest, nullptr);
}

Bytes MakeCookie(uint64_t secret, const CookieSubject& subject, int64_t now) {
  return CookieOf(secret, subject, Seconds(now));
}

bool IsCookieValid(uint64_t secret, const CookieSubject& subject, View cookie, int64_t now) {
  if (cookie.size() != kCookieSize) return false;
  uint32_t made = Get32(cookie, 0);
  uint32_t seconds = Seconds(now);
  if (made > seconds || seconds - made > kLifetimeSeconds) return false;
  return std::ranges::equal(cookie, CookieOf(secret, subject, made));
}

}  // namespace responder
