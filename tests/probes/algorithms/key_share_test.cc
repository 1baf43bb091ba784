// RAND_set_rand_method is deprecated, but nothing else takes the randomness away.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "probes/algorithms/key_share.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <set>

#include "probes/algorithms/registry.h"

namespace ike {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Number ToNumber(ByteSpan bytes) {
  return {BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free};
}

// RFC 7296 section 3.4 and the RFCs of the groups; not taken from the table under test.
const std::pair<uint16_t, size_t> kLengths[] = {
    {1, 96},    {2, 128}, {5, 192},  {14, 256}, {15, 384},  {16, 512}, {17, 768},
    {18, 1024}, {19, 64}, {20, 96},  {21, 132}, {22, 128},  {23, 256}, {24, 256},
    {25, 48},   {26, 56}, {27, 56},  {28, 64},  {29, 96},   {30, 128}, {31, 32},
    {32, 56},   {33, 64}, {34, 128}, {35, 800}, {36, 1184}, {37, 1568}};

TEST(KeyShare, EveryGroupHasAValueOfItsLength) {
  std::vector<uint16_t> groups;
  for (const auto& [group, length] : kLengths) {
    SCOPED_TRACE(group);
    groups.push_back(group);
    EXPECT_EQ(KeyShareLength(group), length);
    const auto value = GeneratePublicValue(group);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->size(), length);
  }
  const auto known = KeyShareGroups();
  EXPECT_EQ(std::vector<uint16_t>(known.begin(), known.end()), groups);
}

TEST(KeyShare, TheResponderDiffersForMlKemOnly) {
  EXPECT_EQ(ResponderKeyShareLength(35), 768u);
  EXPECT_EQ(ResponderKeyShareLength(36), 1088u);
  EXPECT_EQ(ResponderKeyShareLength(37), 1568u);
  for (const auto& [group, length] : kLengths) {
    if (!IsPostQuantum(group)) {
      EXPECT_EQ(ResponderKeyShareLength(group), length);
    }
  }
}

TEST(KeyShare, UnknownGroupsHaveNone) {
  constexpr uint16_t kUnknown[] = {0, 3, 4, 6, 13, 38, 1024, 65535};
  for (uint16_t group : kUnknown) {
    EXPECT_FALSE(GeneratePublicValue(group)) << group;
    EXPECT_EQ(KeyShareLength(group), 0u);
    EXPECT_EQ(ResponderKeyShareLength(group), 0u);
  }
}

TEST(KeyShare, ValuesAreFresh) {
  for (const auto& [group, length] : kLengths) {
    EXPECT_NE(GeneratePublicValue(group), GeneratePublicValue(group)) << group;
  }
}

using PrimeFunction = BIGNUM* (*)(BIGNUM*);

// RFC 6989 section 2.1: 1 < y < p - 1.
TEST(KeyShare, ModpValuesLieInsideTheGroup) {
  const std::pair<uint16_t, PrimeFunction> primes[] = {
      {1, BN_get_rfc2409_prime_768},   {2, BN_get_rfc2409_prime_1024},
      {5, BN_get_rfc3526_prime_1536},  {14, BN_get_rfc3526_prime_2048},
      {15, BN_get_rfc3526_prime_3072}, {16, BN_get_rfc3526_prime_4096},
      {17, BN_get_rfc3526_prime_6144}, {18, BN_get_rfc3526_prime_8192}};
  for (const auto& [group, make_prime] : primes) {
    const Number prime(make_prime(nullptr), BN_free);
    for (int i = 0; i < 4; ++i) {
      const Number value = ToNumber(*GeneratePublicValue(group));
      EXPECT_GT(BN_num_bits(value.get()), BN_num_bits(prime.get()) - 64) << group;
      EXPECT_LT(BN_cmp(value.get(), prime.get()), 0) << group;
    }
  }
}

// The order of the subgroup, RFC 5114 section 2; y^q = 1 is the check of RFC 6989 section 2.2.
TEST(KeyShare, Rfc5114ValuesLieInTheSubgroup) {
  struct Subgroup {
    uint16_t group;
    const char* order;
    const char* prime;
  };
  const Subgroup subgroups[] = {
      {22, "F518AA8781A8DF278ABA4E7D64B7CB9D49462353",
       "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2E"
       "E652C013ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA3"
       "1A4FF55BCCC0A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371"},
  };
  for (const Subgroup& subgroup : subgroups) {
    BIGNUM* order = nullptr;
    BIGNUM* prime = nullptr;
    BN_hex2bn(&order, subgroup.order);
    BN_hex2bn(&prime, subgroup.prime);
    const Number order_owner(order, BN_free);
    const Number prime_owner(prime, BN_free);
    const Number power(BN_new(), BN_free);
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
    const Number value = ToNumber(*GeneratePublicValue(subgroup.group));
    EXPECT_EQ(BN_is_one(value.get()), 0);
    ASSERT_EQ(BN_mod_exp(power.get(), value.get(), order, prime, context.get()), 1);
    EXPECT_EQ(BN_is_one(power.get()), 1) << subgroup.group;
  }
}

TEST(KeyShare, EcpValuesLieOnTheCurve) {
  const std::pair<uint16_t, int> curves[] = {
      {19, NID_X9_62_prime256v1}, {20, NID_secp384r1},       {21, NID_secp521r1},
      {25, NID_X9_62_prime192v1}, {26, NID_secp224r1},       {27, NID_brainpoolP224r1},
      {28, NID_brainpoolP256r1},  {29, NID_brainpoolP384r1}, {30, NID_brainpoolP512r1}};
  for (const auto& [group, nid] : curves) {
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> curve(EC_GROUP_new_by_curve_name(nid),
                                                                    EC_GROUP_free);
    const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(curve.get()),
                                                                    EC_POINT_free);
    const Bytes value = *GeneratePublicValue(group);
    const Number x = ToNumber(ByteSpan(value).first(value.size() / 2));
    const Number y = ToNumber(ByteSpan(value).subspan(value.size() / 2));
    // Fails for a point that is not on the curve.
    EXPECT_EQ(EC_POINT_set_affine_coordinates(curve.get(), point.get(), x.get(), y.get(), nullptr),
              1)
        << group;
  }
}

// y^2 = x^3 + a x + b of RFC 7836 appendix A.2, coordinates with the least significant byte first.
TEST(KeyShare, GostValuesLieOnTheCurve) {
  const Bytes value = *GeneratePublicValue(33);
  const auto number = [](const char* hex) {
    BIGNUM* parsed = nullptr;
    BN_hex2bn(&parsed, hex);
    return Number(parsed, BN_free);
  };
  const Number p = number("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97");
  const Number a = number("C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335");
  const Number b = number("295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513");
  const Number x(BN_lebin2bn(value.data(), 32, nullptr), BN_free);
  const Number y(BN_lebin2bn(value.data() + 32, 32, nullptr), BN_free);
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
  const Number left(BN_new(), BN_free);
  const Number right(BN_new(), BN_free);
  BN_mod_sqr(left.get(), y.get(), p.get(), context.get());
  BN_mod_sqr(right.get(), x.get(), p.get(), context.get());
  BN_mod_add(right.get(), right.get(), a.get(), p.get(), context.get());
  BN_mod_mul(right.get(), right.get(), x.get(), p.get(), context.get());
  BN_mod_add(right.get(), right.get(), b.get(), p.get(), context.get());
  EXPECT_EQ(BN_cmp(left.get(), right.get()), 0);
}

TEST(KeyShare, MontgomeryValuesAreAccepted) {
  for (const auto& [group, type] : {std::pair{31, EVP_PKEY_X25519}, {32, EVP_PKEY_X448}}) {
    const Bytes value = *GeneratePublicValue(static_cast<uint16_t>(group));
    EVP_PKEY* key = EVP_PKEY_new_raw_public_key(type, nullptr, value.data(), value.size());
    EXPECT_NE(key, nullptr);
    EVP_PKEY_free(key);
  }
}

// FIPS 203 section 7.2: decoding and encoding again must change nothing, so every coefficient is
// below q.
TEST(KeyShare, MlKemCoefficientsAreBelowTheModulus) {
  constexpr uint16_t kMlKem[] = {35, 36, 37};
  for (uint16_t group : kMlKem) {
    const Bytes value = *GeneratePublicValue(group);
    std::set<int> seen;
    for (size_t i = 0; i + 32 < value.size(); i += 3) {
      const int first = value[i] | (value[i + 1] & 0x0f) << 8;
      const int second = value[i + 1] >> 4 | value[i + 2] << 4;
      EXPECT_LT(first, 3329);
      EXPECT_LT(second, 3329);
      seen.insert({first, second});
    }
    EXPECT_GT(seen.size(), 400u) << group;  // 512 and more draws from 3329
    EXPECT_GT(*seen.rbegin(), 3200);
  }
}

// Nothing random: nothing is offered, rather than a value that everybody knows.
TEST(KeyShare, NoneWithoutRandomness) {
  RAND_METHOD nothing{};
  nothing.bytes = [](unsigned char*, int) { return 0; };
  const RAND_METHOD* usual = RAND_get_rand_method();
  ASSERT_EQ(RAND_set_rand_method(&nothing), 1);
  for (const uint16_t group : KeyShareGroups()) {
    EXPECT_FALSE(GeneratePublicValue(group)) << group;
  }
  RAND_set_rand_method(usual);
  EXPECT_TRUE(GeneratePublicValue(14));
}

}  // namespace
}  // namespace ike
