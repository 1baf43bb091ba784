#include "tests/responder/public_values.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

namespace responder {
namespace {

struct Free {
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(BN_CTX* p) const { BN_CTX_free(p); }
  void operator()(EC_GROUP* p) const { EC_GROUP_free(p); }
  void operator()(EC_POINT* p) const { EC_POINT_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

enum class Kind { kModp, kSubgroup, kEcp, kMontgomery, kMlKem, kOpaque };

struct Method {
  uint16_t id;
  Kind kind;
  uint16_t initiator_length;
  uint16_t responder_length;
  int curve;         // ECP
  const char* name;  // OpenSSL's
};

// Lengths: RFC 7296 section 3.4, RFC 5903 section 7, RFC 6954 section 2.3, RFC 8031 section 3.1,
// FIPS 203 table 3. GOST (33, 34) has no arithmetic here.
constexpr Method kMethods[] = {
    {1, Kind::kModp, 96, 96, 0, ""},
    {2, Kind::kModp, 128, 128, 0, ""},
    {5, Kind::kModp, 192, 192, 0, ""},
    {14, Kind::kModp, 256, 256, 0, ""},
    {15, Kind::kModp, 384, 384, 0, ""},
    {16, Kind::kModp, 512, 512, 0, ""},
    {17, Kind::kModp, 768, 768, 0, ""},
    {18, Kind::kModp, 1024, 1024, 0, ""},
    {19, Kind::kEcp, 64, 64, NID_X9_62_prime256v1, ""},
    {20, Kind::kEcp, 96, 96, NID_secp384r1, ""},
    {21, Kind::kEcp, 132, 132, NID_secp521r1, ""},
    {22, Kind::kSubgroup, 128, 128, 0, "dh_1024_160"},
    {23, Kind::kSubgroup, 256, 256, 0, "dh_2048_224"},
    {24, Kind::kSubgroup, 256, 256, 0, "dh_2048_256"},
    {25, Kind::kEcp, 48, 48, NID_X9_62_prime192v1, ""},
    {26, Kind::kEcp, 56, 56, NID_secp224r1, ""},
    {27, Kind::kEcp, 56, 56, NID_brainpoolP224r1, ""},
    {28, Kind::kEcp, 64, 64, NID_brainpoolP256r1, ""},
    {29, Kind::kEcp, 96, 96, NID_brainpoolP384r1, ""},
    {30, Kind::kEcp, 128, 128, NID_brainpoolP512r1, ""},
    {31, Kind::kMontgomery, 32, 32, 0, "X25519"},
    {32, Kind::kMontgomery, 56, 56, 0, "X448"},
    {33, Kind::kOpaque, 64, 64, 0, ""},
    {34, Kind::kOpaque, 128, 128, 0, ""},
    {35, Kind::kMlKem, 800, 768, 0, ""},
    {36, Kind::kMlKem, 1184, 1088, 0, ""},
    {37, Kind::kMlKem, 1568, 1568, 0, ""},
};

const Method* Find(uint16_t id) {
  auto found = std::ranges::find(kMethods, id, &Method::id);
  return found == std::end(kMethods) ? nullptr : found;
}

Owned<EVP_PKEY> SubgroupKey(const Method& method) {
  Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) <= 0) return nullptr;
  char name[16] = {};
  std::copy_n(method.name, std::char_traits<char>::length(method.name), name);
  OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
                             OSSL_PARAM_END};
  if (EVP_PKEY_CTX_set_params(context.get(), parameters) <= 0) return nullptr;
  EVP_PKEY_generate(context.get(), &key);
  return Owned<EVP_PKEY>(key);
}

Owned<BIGNUM> PrimeOf(const Method& method) {
  if (method.kind == Kind::kSubgroup) {
    BIGNUM* prime = nullptr;
    auto key = SubgroupKey(method);
    if (key) EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_FFC_P, &prime);
    return Owned<BIGNUM>(prime);
  }
  switch (method.id) {
    case 1:
      return Owned<BIGNUM>(BN_get_rfc2409_prime_768(nullptr));
    case 2:
      return Owned<BIGNUM>(BN_get_rfc2409_prime_1024(nullptr));
    case 5:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_1536(nullptr));
    case 14:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_2048(nullptr));
    case 15:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_3072(nullptr));
    case 16:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_4096(nullptr));
    case 17:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_6144(nullptr));
    default:
      return Owned<BIGNUM>(BN_get_rfc3526_prime_8192(nullptr));
  }
}

Bytes Padded(const BIGNUM* number, size_t size) {
  Bytes out(size);
  BN_bn2binpad(number, out.data(), static_cast<int>(size));
  return out;
}

Bytes MakeModp(const Method& method) {
  Owned<BIGNUM> prime = PrimeOf(method), base(BN_new()), exponent(BN_new()), value(BN_new());
  Owned<BN_CTX> context(BN_CTX_new());
  BN_set_word(base.get(), 2);
  BN_rand(exponent.get(), 256, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
  BN_mod_exp(value.get(), base.get(), exponent.get(), prime.get(), context.get());
  return Padded(value.get(), method.responder_length);
}

Bytes MakeSubgroup(const Method& method) {
  auto key = SubgroupKey(method);
  BIGNUM* value = nullptr;
  if (!key || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, &value) <= 0) return {};
  Owned<BIGNUM> owner(value);
  return Padded(value, method.responder_length);
}

Bytes MakeEcp(const Method& method) {
  Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(method.curve));
  if (!group) return {};
  Owned<EC_POINT> point(EC_POINT_new(group.get()));
  Owned<BIGNUM> scalar(BN_new()), x(BN_new()), y(BN_new());
  Owned<BN_CTX> context(BN_CTX_new());
  BN_rand_range(scalar.get(), EC_GROUP_get0_order(group.get()));
  EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, context.get());
  EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), context.get());
  size_t half = method.responder_length / 2u;
  Bytes out = Padded(x.get(), half);
  PutAll(out, Padded(y.get(), half));
  return out;
}

Bytes MakeMontgomery(const Method& method) {
  Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, method.name));
  Bytes out(method.responder_length);
  size_t size = out.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) <= 0) return {};
  return out;
}

Bytes MakeRandom(size_t size) {
  Bytes out(size);
  RAND_bytes(out.data(), static_cast<int>(size));
  return out;
}

Bytes Make(const Method& method) {
  switch (method.kind) {
    case Kind::kModp:
      return MakeModp(method);
    case Kind::kSubgroup:
      return MakeSubgroup(method);
    case Kind::kEcp:
      return MakeEcp(method);
    case Kind::kMontgomery:
      return MakeMontgomery(method);
    // Every bit string of the right length is an ML-KEM ciphertext (FIPS 203 section 7.3).
    case Kind::kMlKem:
      return MakeRandom(method.responder_length);
    case Kind::kOpaque:
      return MakeRandom(method.responder_length);
  }
  return {};
}

// 1 < y < p - 1 (RFC 6989 section 2.1).
bool IsModpValue(const Method& method, View value) {
  Owned<BIGNUM> y(BN_bin2bn(value.data(), static_cast<int>(value.size()), nullptr));
  Owned<BIGNUM> limit = PrimeOf(method);
  BN_sub_word(limit.get(), 1);
  return BN_cmp(y.get(), BN_value_one()) > 0 && BN_cmp(y.get(), limit.get()) < 0;
}

// RFC 6989 section 2.3: the point is on the curve.
bool IsEcpValue(const Method& method, View value) {
  Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(method.curve));
  if (!group) return true;
  Owned<EC_POINT> point(EC_POINT_new(group.get()));
  size_t half = value.size() / 2;
  Owned<BIGNUM> x(BN_bin2bn(value.data(), static_cast<int>(half), nullptr));
  Owned<BIGNUM> y(BN_bin2bn(value.data() + half, static_cast<int>(half), nullptr));
  return EC_POINT_set_affine_coordinates(group.get(), point.get(), x.get(), y.get(), nullptr) == 1;
}

// FIPS 203 section 7.2: every 12-bit coefficient of the encapsulation key is below 3329.
bool IsMlKemKey(View value) {
  View coefficients = value.first(value.size() - 32);
  for (size_t i = 0; i + 2 < coefficients.size(); i += 3) {
    int low = coefficients[i] | (coefficients[i + 1] & 0x0f) << 8;
    int high = coefficients[i + 1] >> 4 | coefficients[i + 2] << 4;
    if (low >= 3329 || high >= 3329) return false;
  }
  return true;
}

}  // namespace

const Bytes& PublicValues::Of(uint16_t group) {
  auto [entry, fresh] = made_.try_emplace(group);
  const Method* method = Find(group);
  if (fresh && method != nullptr) entry->second = Make(*method);
  return entry->second;
}

size_t InitiatorLength(uint16_t group) {
  const Method* method = Find(group);
  return method == nullptr ? 0 : method->initiator_length;
}

bool IsPublicValue(uint16_t group, View value) {
  const Method* method = Find(group);
  if (method == nullptr) return false;
  if (value.size() != method->initiator_length) return false;
  switch (method->kind) {
    case Kind::kModp:
    case Kind::kSubgroup:
      return IsModpValue(*method, value);
    case Kind::kEcp:
      return IsEcpValue(*method, value);
    // All zeros gives an all-zero secret (RFC 7748 section 6).
    case Kind::kMontgomery:
      return std::ranges::any_of(value, [](uint8_t b) { return b != 0; });
    case Kind::kMlKem:
      return IsMlKemKey(value);
    case Kind::kOpaque:
      return true;
  }
  return false;
}

}  // namespace responder
