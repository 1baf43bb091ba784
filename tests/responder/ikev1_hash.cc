#include "tests/responder/ikev1_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace responder {
namespace {

// RFC 2409 appendix A and RFC 4868 hash numbers.
const EVP_MD* HashOf(uint16_t number) {
  switch (number) {
    case 1:
      return EVP_md5();
    case 4:
      return EVP_sha256();
    case 5:
      return EVP_sha384();
    case 6:
      return EVP_sha512();
    default:
      return EVP_sha1();
  }
}

Bytes Hmac(uint16_t hash, View key, View data) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(HashOf(hash), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
       digest.data(), &size);
  digest.resize(size);
  return digest;
}

}  // namespace

// SKEYID = prf(psk, Ni | Nr); HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi | IDir).
Bytes HashR(const HashSubject& subject, const std::string& psk) {
  Bytes nonces(subject.nonce_i.begin(), subject.nonce_i.end());
  PutAll(nonces, subject.nonce_r);
  Bytes skeyid = Hmac(subject.hash, Bytes(psk.begin(), psk.end()), nonces);
  Bytes hashed(subject.ke_r.begin(), subject.ke_r.end());
  PutAll(hashed, subject.ke_i);
  Put64(hashed, subject.spi_r);
  Put64(hashed, subject.spi_i);
  PutAll(hashed, subject.sa_i);
  PutAll(hashed, subject.id_r);
  return Hmac(subject.hash, skeyid, hashed);
}

Bytes NatDetectionV1(const HashSubject& subject, const Endpoint& end) {
  Bytes hashed;
  Put64(hashed, subject.spi_i);
  Put64(hashed, subject.spi_r);
  PutAll(hashed, end.address.bytes());
  Put16(hashed, end.port);
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(hashed.data(), hashed.size(), digest.data(), &size, HashOf(subject.hash), nullptr);
  digest.resize(size);
  return digest;
}

}  // namespace responder
