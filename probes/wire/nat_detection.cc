#include "probes/wire/nat_detection.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "probes/wire/ikev1_ids.h"

namespace ike::wire {
namespace {

Bytes HashedBytes(const NatDetectionInput& input) {
  Bytes bytes;
  Writer writer(&bytes);
  writer.U64(input.initiator_spi);
  writer.U64(input.responder_spi);
  writer.Put(input.endpoint.address.bytes());
  writer.U16(input.endpoint.port);
  return bytes;
}

const EVP_MD* DigestOf(uint16_t hash) {
  switch (hash) {
    case v1::hash::kMd5:
      return EVP_md5();
    case v1::hash::kSha1:
      return EVP_sha1();
    case v1::hash::kSha256:
      return EVP_sha256();
    case v1::hash::kSha384:
      return EVP_sha384();
    case v1::hash::kSha512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

}  // namespace

NatDetectionHash HashNatDetection(const NatDetectionInput& input) {
  const Bytes bytes = HashedBytes(input);
  NatDetectionHash hash;
  SHA1(bytes.data(), bytes.size(), hash.data());
  return hash;
}

std::optional<Bytes> HashIkev1NatD(uint16_t hash, const NatDetectionInput& input) {
  const EVP_MD* digest = DigestOf(hash);
  if (digest == nullptr) return std::nullopt;
  const Bytes bytes = HashedBytes(input);
  Bytes out(static_cast<size_t>(EVP_MD_get_size(digest)));
  const int done = EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, digest, nullptr);
  if (done != 1) return std::nullopt;  // a FIPS provider may refuse MD5
  return out;
}

}  // namespace ike::wire
