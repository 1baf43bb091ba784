#include "probes/algorithms/key_share.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <memory>

namespace ike {
namespace {

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using Curve = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;

struct CurveParameters;
struct GroupRow;
using Generator = std::optional<Bytes> (*)(const GroupRow& row);

struct GroupRow {
  uint16_t group;
  uint16_t length;  // of the initiator's value
  uint16_t responder_length;
  Generator generate;
  BIGNUM* (*prime)(BIGNUM*) = nullptr;          // MODP groups of RFC 2409 and RFC 3526
  const char* name = nullptr;                   // OpenSSL's name of a group or of a key type
  int curve = 0;                                // OpenSSL's number of a Weierstrass curve
  const CurveParameters* parameters = nullptr;  // of a curve that OpenSSL lacks
};

// RFC 3526 section 8 asks for at most 380 bits of exponent; a value nobody derives a key from needs
// only be a random element of the group.
constexpr int kExponentBits = 256;

std::optional<Bytes> PowerModulo(const BIGNUM* base, const BIGNUM* prime, size_t length) {
  const BigNumberContext context(BN_CTX_new());
  const BigNumber exponent(BN_new());
  const BigNumber power(BN_new());
  if (!context || !exponent || !power) return std::nullopt;
  if (BN_rand(exponent.get(), kExponentBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1) {
    return std::nullopt;
  }
  if (BN_mod_exp(power.get(), base, exponent.get(), prime, context.get()) != 1) return std::nullopt;
  Bytes value(length);
  const int size = static_cast<int>(length);
  // RFC 7296 section 3.4: padded with zeros to the length of the prime.
  if (BN_bn2binpad(power.get(), value.data(), size) != size) return std::nullopt;
  return value;
}

std::optional<Bytes> GenerateModp(const GroupRow& row) {
  const BigNumber prime(row.prime(nullptr));
  const BigNumber two(BN_new());
  if (!prime || !two || BN_set_word(two.get(), 2) != 1) return std::nullopt;
  return PowerModulo(two.get(), prime.get(), row.length);
}

BigNumber Parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key, name, &value);
  return BigNumber(value);
}

// The parameters of an RFC 5114 group, which OpenSSL hands out by name only.
Key NamedParameters(const char* name) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr));
  if (!context || EVP_PKEY_paramgen_init(context.get()) != 1) return nullptr;
  // OSSL_PARAM takes a mutable string but does not write to it.
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(name), 0),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_CTX_set_params(context.get(), parameters) != 1) return nullptr;
  if (EVP_PKEY_paramgen(context.get(), &key) != 1) return nullptr;
  return Key(key);
}

// Groups 22 to 24: powers of the generator lie in its prime-order subgroup, as RFC 6989 section 2.2
// lets a responder check.
std::optional<Bytes> GenerateSubgroupModp(const GroupRow& row) {
  const Key parameters = NamedParameters(row.name);
  if (!parameters) return std::nullopt;
  const BigNumber prime = Parameter(parameters.get(), OSSL_PKEY_PARAM_FFC_P);
  const BigNumber generator = Parameter(parameters.get(), OSSL_PKEY_PARAM_FFC_G);
  if (!prime || !generator) return std::nullopt;
  return PowerModulo(generator.get(), prime.get(), row.length);
}

// RFC 5903 section 7 and RFC 6954 section 2.3: x and y, each as long as the field's prime.
std::optional<Bytes> PointBytes(const EC_GROUP* curve, const EC_POINT* point, size_t length) {
  const BigNumber x(BN_new());
  const BigNumber y(BN_new());
  if (!x || !y) return std::nullopt;
  if (EC_POINT_get_affine_coordinates(curve, point, x.get(), y.get(), nullptr) != 1) {
    return std::nullopt;
  }
  Bytes value(length);
  const int half = static_cast<int>(length / 2);
  if (BN_bn2binpad(x.get(), value.data(), half) != half) return std::nullopt;
  if (BN_bn2binpad(y.get(), value.data() + half, half) != half) return std::nullopt;
  return value;
}

std::optional<Bytes> RandomPoint(const EC_GROUP* curve, size_t length) {
  const BigNumber scalar(BN_new());
  const Point point(EC_POINT_new(curve));
  if (!scalar || !point) return std::nullopt;
  do {
    if (BN_rand_range(scalar.get(), EC_GROUP_get0_order(curve)) != 1) return std::nullopt;
  } while (BN_is_zero(scalar.get()) != 0);
  if (EC_POINT_mul(curve, point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  return PointBytes(curve, point.get(), length);
}

std::optional<Bytes> GenerateEcp(const GroupRow& row) {
  const Curve curve(EC_GROUP_new_by_curve_name(row.curve));
  if (!curve) return std::nullopt;
  return RandomPoint(curve.get(), row.length);
}

// The curves of groups 33 and 34 (RFC 7836 appendix A, in Weierstrass form), which OpenSSL lacks.
struct CurveParameters {
  const char* p;
  const char* a;
  const char* b;
  const char* q;
  const char* x;
  const char* y;
};

// id-tc26-gost-3410-2012-256-paramSetA
constexpr CurveParameters kGost256 = {
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97",
    "c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335",
    "295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513",
    "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
    "91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28",
    "32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c"};

// id-tc26-gost-3410-2012-512-paramSetC
constexpr CurveParameters kGost512 = {
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc7",
    "dc9203e514a721875485a529d2c722fb187bc8980eb866644de41c68e1430645"
    "46e861c0e2c9edd92ade71f46fcf50ff2ad97f951fda9f2a2eb6546f39689bd3",
    "b4c4ee28cebc6c2c8ac12952cf37f16ac7efb6a9f69f4b57ffda2e4f0de5ade0"
    "38cbc2fff719d2c18de0284b8bfef3b52b8cc7a5f5bf0a3c8d2319a5312557e1",
    "3fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "c98cdba46506ab004c33a9ff5147502cc8eda9e7a769a12694623cef47f023ed",
    "e2e31edfc23de7bdebe241ce593ef5de2295b7a9cbaef021d385f7074cea043a"
    "a27272a7ae602bf2a7b9033db9ed3610c6fb85487eae97aac5bc7928c1950148",
    "f5ce40d95b5eb899abbccff5911cb8577939804d6527378b8c108c3d2090ff9b"
    "e18e2d33e3021ed2ef32d85822423b6304f726aa854bae07d0396e9a9addc40f"};

BigNumber FromHex(const char* hex) {
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, hex);
  return BigNumber(number);
}

Curve MakeCurve(const CurveParameters& parameters) {
  const BigNumber p = FromHex(parameters.p);
  const BigNumber a = FromHex(parameters.a);
  const BigNumber b = FromHex(parameters.b);
  const BigNumber q = FromHex(parameters.q);
  const BigNumber x = FromHex(parameters.x);
  const BigNumber y = FromHex(parameters.y);
  Curve curve(EC_GROUP_new_curve_GFp(p.get(), a.get(), b.get(), nullptr));
  if (!curve) return nullptr;
  const Point base(EC_POINT_new(curve.get()));
  const bool made = base && EC_POINT_set_affine_coordinates(curve.get(), base.get(), x.get(),
                                                            y.get(), nullptr) == 1;
  constexpr BN_ULONG kCofactor = 4;
  const BigNumber cofactor(BN_new());
  if (!made || !cofactor || BN_set_word(cofactor.get(), kCofactor) != 1) return nullptr;
  if (EC_GROUP_set_generator(curve.get(), base.get(), q.get(), cofactor.get()) != 1) return nullptr;
  return curve;
}

// RFC 9385: x and y as well, but each with its least significant byte first.
std::optional<Bytes> GenerateGost(const GroupRow& row) {
  const Curve curve = MakeCurve(*row.parameters);
  if (!curve) return std::nullopt;
  std::optional<Bytes> value = RandomPoint(curve.get(), row.length);
  if (!value) return std::nullopt;
  const auto middle = value->begin() + row.length / 2;
  std::reverse(value->begin(), middle);
  std::reverse(middle, value->end());
  return value;
}

// Curve25519 and Curve448, RFC 8031 section 3.1.
std::optional<Bytes> GenerateMontgomery(const GroupRow& row) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, row.name));
  Bytes value(row.length);
  size_t size = value.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), value.data(), &size) != 1) return std::nullopt;
  if (size != row.length) return std::nullopt;
  return value;
}

// An ML-KEM encapsulation key (FIPS 203 section 7.1): 12-bit coefficients below q, packed two in
// three bytes, then the 32-byte seed. A real key looks uniform, so a responder cannot tell, and its
// check of the modulus (section 7.2) passes.
class CoefficientSource {
 public:
  // The next coefficient below 3329; absent if the generator fails.
  std::optional<uint16_t> Next() {
    constexpr uint16_t kModulus = 3329;
    for (;;) {
      if (used_ == kSize && !Refill()) return std::nullopt;
      const int high = pool_[used_];
      const int low = pool_[used_ + 1];
      used_ += 2;
      const uint16_t candidate = static_cast<uint16_t>((high << 8 | low) & 0x0fff);
      if (candidate < kModulus) return candidate;
    }
  }

 private:
  static constexpr size_t kSize = 512;

  bool Refill() {
    used_ = 0;
    return RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) == 1;
  }

  std::array<uint8_t, kSize> pool_;
  size_t used_ = kSize;
};

std::optional<Bytes> GenerateMlKem(const GroupRow& row) {
  constexpr size_t kSeedSize = 32;
  CoefficientSource source;
  Bytes value(row.length);
  const size_t packed = value.size() - kSeedSize;
  for (size_t i = 0; i < packed; i += 3) {
    const std::optional<uint16_t> first = source.Next();
    const std::optional<uint16_t> second = source.Next();
    if (!first || !second) return std::nullopt;
    value[i] = static_cast<uint8_t>(*first);
    value[i + 1] = static_cast<uint8_t>(*first >> 8 | (*second & 0x0f) << 4);
    value[i + 2] = static_cast<uint8_t>(*second >> 4);
  }
  if (RAND_bytes(value.data() + packed, kSeedSize) != 1) return std::nullopt;
  return value;
}

consteval GroupRow Modp(uint16_t group, uint16_t length, BIGNUM* (*prime)(BIGNUM*)) {
  return {group, length, length, GenerateModp, prime};
}
consteval GroupRow SubgroupModp(uint16_t group, uint16_t length, const char* name) {
  return {group, length, length, GenerateSubgroupModp, nullptr, name};
}
consteval GroupRow Ecp(uint16_t group, uint16_t length, int curve) {
  return {group, length, length, GenerateEcp, nullptr, nullptr, curve};
}
consteval GroupRow Gost(uint16_t group, uint16_t length, const CurveParameters* parameters) {
  return {group, length, length, GenerateGost, nullptr, nullptr, 0, parameters};
}
consteval GroupRow Montgomery(uint16_t group, uint16_t length, const char* name) {
  return {group, length, length, GenerateMontgomery, nullptr, name};
}

const auto kGroups = std::to_array<GroupRow>({
    Modp(1, 96, BN_get_rfc2409_prime_768),
    Modp(2, 128, BN_get_rfc2409_prime_1024),
    Modp(5, 192, BN_get_rfc3526_prime_1536),
    Modp(14, 256, BN_get_rfc3526_prime_2048),
    Modp(15, 384, BN_get_rfc3526_prime_3072),
    Modp(16, 512, BN_get_rfc3526_prime_4096),
    Modp(17, 768, BN_get_rfc3526_prime_6144),
    Modp(18, 1024, BN_get_rfc3526_prime_8192),
    Ecp(19, 64, NID_X9_62_prime256v1),
    Ecp(20, 96, NID_secp384r1),
    Ecp(21, 132, NID_secp521r1),
    SubgroupModp(22, 128, "dh_1024_160"),
    SubgroupModp(23, 256, "dh_2048_224"),
    SubgroupModp(24, 256, "dh_2048_256"),
    Ecp(25, 48, NID_X9_62_prime192v1),
    Ecp(26, 56, NID_secp224r1),
    Ecp(27, 56, NID_brainpoolP224r1),
    Ecp(28, 64, NID_brainpoolP256r1),
    Ecp(29, 96, NID_brainpoolP384r1),
    Ecp(30, 128, NID_brainpoolP512r1),
    Montgomery(31, 32, "X25519"),
    Montgomery(32, 56, "X448"),
    Gost(33, 64, &kGost256),
    Gost(34, 128, &kGost512),
    {35, 800, 768, GenerateMlKem},
    {36, 1184, 1088, GenerateMlKem},
    {37, 1568, 1568, GenerateMlKem},
});

const GroupRow* FindGroup(uint16_t group) {
  const auto row = std::ranges::find(kGroups, group, &GroupRow::group);
  return row == kGroups.end() ? nullptr : &*row;
}

}  // namespace

size_t KeyShareLength(uint16_t group) {
  const GroupRow* row = FindGroup(group);
  return row == nullptr ? 0 : row->length;
}

size_t ResponderKeyShareLength(uint16_t group) {
  const GroupRow* row = FindGroup(group);
  return row == nullptr ? 0 : row->responder_length;
}

std::optional<Bytes> GeneratePublicValue(uint16_t group) {
  const GroupRow* row = FindGroup(group);
  if (row == nullptr) return std::nullopt;
  return row->generate(*row);
}

std::span<const uint16_t> KeyShareGroups() {
  static const auto groups = [] {
    std::array<uint16_t, kGroups.size()> numbers{};
    std::ranges::transform(kGroups, numbers.begin(), &GroupRow::group);
    return numbers;
  }();
  return groups;
}

}  // namespace ike
