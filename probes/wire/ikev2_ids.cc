#include "probes/wire/ikev2_ids.h"

#include <array>

#include "probes/wire/names.h"

// Source: IANA ikev2-parameters. Private-use numbers are left out where their meaning depends on
// the peer's vendor, but for those that one family of implementations alone has been seen to use
// (strongSwan from 1024, FreeS/WAN's descendants from 65000).
namespace ike::wire::v2 {
namespace {

constexpr auto kExchanges = std::to_array<NameRow>({
    {34, "IKE_SA_INIT"},
    {35, "IKE_AUTH"},
    {36, "CREATE_CHILD_SA"},
    {37, "INFORMATIONAL"},
    {38, "IKE_SESSION_RESUME"},
    {39, "GSA_AUTH"},
    {40, "GSA_REGISTRATION"},
    {41, "GSA_REKEY"},
    {42, "GSA_INBAND_REKEY"},
    {43, "IKE_INTERMEDIATE"},
    {44, "IKE_FOLLOWUP_KE"},
    {240, "ME_CONNECT"},
});
static_assert(AreStrictlyAscending(kExchanges));

constexpr auto kPayloads = std::to_array<NameRow>({
    {0, "NONE"},  {33, "SA"},      {34, "KE"},   {35, "IDi"},      {36, "IDr"},
    {37, "CERT"}, {38, "CERTREQ"}, {39, "AUTH"}, {40, "Ni, Nr"},   {41, "N"},
    {42, "D"},    {43, "V"},       {44, "TSi"},  {45, "TSr"},      {46, "SK"},
    {47, "CP"},   {48, "EAP"},     {49, "GSPM"}, {50, "IDg"},      {51, "GSA"},
    {52, "KD"},   {53, "SKF"},     {54, "PS"},   {128, "ID_PEER"}, {132, "FRAG"},
});
static_assert(AreStrictlyAscending(kPayloads));

constexpr auto kEncryption = std::to_array<NameRow>({
    {1, "ENCR_DES_IV64"},
    {2, "ENCR_DES"},
    {3, "ENCR_3DES"},
    {4, "ENCR_RC5"},
    {5, "ENCR_IDEA"},
    {6, "ENCR_CAST"},
    {7, "ENCR_BLOWFISH"},
    {8, "ENCR_3IDEA"},
    {9, "ENCR_DES_IV32"},
    {11, "ENCR_NULL"},
    {12, "ENCR_AES_CBC"},
    {13, "ENCR_AES_CTR"},
    {14, "ENCR_AES_CCM_8"},
    {15, "ENCR_AES_CCM_12"},
    {16, "ENCR_AES_CCM_16"},
    {18, "ENCR_AES_GCM_8"},
    {19, "ENCR_AES_GCM_12"},
    {20, "ENCR_AES_GCM_16"},
    {21, "ENCR_NULL_AUTH_AES_GMAC"},
    {23, "ENCR_CAMELLIA_CBC"},
    {24, "ENCR_CAMELLIA_CTR"},
    {25, "ENCR_CAMELLIA_CCM_8"},
    {26, "ENCR_CAMELLIA_CCM_12"},
    {27, "ENCR_CAMELLIA_CCM_16"},
    {28, "ENCR_CHACHA20_POLY1305"},
    {29, "ENCR_AES_CCM_8_IIV"},
    {30, "ENCR_AES_GCM_16_IIV"},
    {31, "ENCR_CHACHA20_POLY1305_IIV"},
    {32, "ENCR_KUZNYECHIK_MGM_KTREE"},
    {33, "ENCR_MAGMA_MGM_KTREE"},
    {34, "ENCR_KUZNYECHIK_MGM_MAC_KTREE"},
    {35, "ENCR_MAGMA_MGM_MAC_KTREE"},
    {1025, "ENCR_DES_ECB"},
    {1026, "ENCR_SERPENT_CBC"},
    {1027, "ENCR_TWOFISH_CBC"},
    {1028, "ENCR_RC2_CBC"},
    {1029, "ENCR_AES_ECB"},
    {1030, "ENCR_AES_CFB"},
    {65004, "SERPENT_CBC"},
    {65005, "TWOFISH_CBC"},
    {65289, "TWOFISH_CBC_SSH"},
});
static_assert(AreStrictlyAscending(kEncryption));

constexpr auto kPrfs = std::to_array<NameRow>({
    {1, "PRF_HMAC_MD5"},
    {2, "PRF_HMAC_SHA1"},
    {3, "PRF_HMAC_TIGER"},
    {4, "PRF_AES128_XCBC"},
    {5, "PRF_HMAC_SHA2_256"},
    {6, "PRF_HMAC_SHA2_384"},
    {7, "PRF_HMAC_SHA2_512"},
    {8, "PRF_AES128_CMAC"},
    {9, "PRF_HMAC_STREEBOG_512"},
    {1025, "PRF_FIPS_SHA1_160"},
    {1026, "PRF_FIPS_DES"},
    {1027, "PRF_KEYED_SHA1"},
    {1028, "PRF_CAMELLIA128_XCBC"},
});
static_assert(AreStrictlyAscending(kPrfs));

constexpr auto kIntegrity = std::to_array<NameRow>({
    {0, "NONE"},
    {1, "AUTH_HMAC_MD5_96"},
    {2, "AUTH_HMAC_SHA1_96"},
    {3, "AUTH_DES_MAC"},
    {4, "AUTH_KPDK_MD5"},
    {5, "AUTH_AES_XCBC_96"},
    {6, "AUTH_HMAC_MD5_128"},
    {7, "AUTH_HMAC_SHA1_160"},
    {8, "AUTH_AES_CMAC_96"},
    {9, "AUTH_AES_128_GMAC"},
    {10, "AUTH_AES_192_GMAC"},
    {11, "AUTH_AES_256_GMAC"},
    {12, "AUTH_HMAC_SHA2_256_128"},
    {13, "AUTH_HMAC_SHA2_384_192"},
    {14, "AUTH_HMAC_SHA2_512_256"},
    {1025, "AUTH_HMAC_SHA1_128"},
    {1026, "AUTH_HMAC_SHA2_256_96"},
    {1027, "AUTH_HMAC_SHA2_256_256"},
    {1028, "AUTH_HMAC_SHA2_384_384"},
    {1029, "AUTH_HMAC_SHA2_512_512"},
    {1030, "AUTH_CAMELLIA_XCBC_96"},
});
static_assert(AreStrictlyAscending(kIntegrity));

constexpr auto kKeyExchanges = std::to_array<NameRow>({
    {0, "NONE"},
    {1, "768-bit MODP Group"},
    {2, "1024-bit MODP Group"},
    {5, "1536-bit MODP Group"},
    {14, "2048-bit MODP Group"},
    {15, "3072-bit MODP Group"},
    {16, "4096-bit MODP Group"},
    {17, "6144-bit MODP Group"},
    {18, "8192-bit MODP Group"},
    {19, "256-bit random ECP group"},
    {20, "384-bit random ECP group"},
    {21, "521-bit random ECP group"},
    {22, "1024-bit MODP Group with 160-bit Prime Order Subgroup"},
    {23, "2048-bit MODP Group with 224-bit Prime Order Subgroup"},
    {24, "2048-bit MODP Group with 256-bit Prime Order Subgroup"},
    {25, "192-bit Random ECP Group"},
    {26, "224-bit Random ECP Group"},
    {27, "brainpoolP224r1"},
    {28, "brainpoolP256r1"},
    {29, "brainpoolP384r1"},
    {30, "brainpoolP512r1"},
    {31, "Curve25519"},
    {32, "Curve448"},
    {33, "GOST3410_2012_256"},
    {34, "GOST3410_2012_512"},
    {35, "ml-kem-512"},
    {36, "ml-kem-768"},
    {37, "ml-kem-1024"},
    {1024, "MODP_NULL"},
});
static_assert(AreStrictlyAscending(kKeyExchanges));

constexpr auto kSequenceNumbers = std::to_array<NameRow>({
    {0, "32-bit Sequential Numbers"},
    {1, "Partially Transmitted 64-bit Sequential Numbers"},
    {2, "32-bit Unspecified Numbers"},
});
static_assert(AreStrictlyAscending(kSequenceNumbers));

constexpr auto kKeyWraps = std::to_array<NameRow>({
    {1, "KW_5649_128"},
    {2, "KW_5649_192"},
    {3, "KW_5649_256"},
    {4, "KW_ARX"},
});
static_assert(AreStrictlyAscending(kKeyWraps));

constexpr auto kGroupControllerAuthentication = std::to_array<NameRow>({
    {1, "Implicit"},
    {2, "Digital Signature"},
});
static_assert(AreStrictlyAscending(kGroupControllerAuthentication));

constexpr auto kProtocols = std::to_array<NameRow>({
    {1, "IKE"},
    {2, "AH"},
    {3, "ESP"},
    {4, "FC_ESP_HEADER"},
    {5, "FC_CT_AUTHENTICATION"},
    {6, "GIKE_UPDATE"},
});
static_assert(AreStrictlyAscending(kProtocols));

constexpr auto kTransformTypes = std::to_array<NameRow>({
    {1, "ENCR"},
    {2, "PRF"},
    {3, "INTEG"},
    {4, "KE"},
    {5, "SN"},
    {6, "ADDKE1"},
    {7, "ADDKE2"},
    {8, "ADDKE3"},
    {9, "ADDKE4"},
    {10, "ADDKE5"},
    {11, "ADDKE6"},
    {12, "ADDKE7"},
    {13, "KWA"},
    {14, "GCAUTH"},
});
static_assert(AreStrictlyAscending(kTransformTypes));

// RFC 7296 section 3.5.
constexpr auto kIdTypes = std::to_array<NameRow>({
    {1, "ID_IPV4_ADDR"},
    {2, "ID_FQDN"},
    {3, "ID_RFC822_ADDR"},
    {5, "ID_IPV6_ADDR"},
    {9, "ID_DER_ASN1_DN"},
    {10, "ID_DER_ASN1_GN"},
    {11, "ID_KEY_ID"},
    {12, "ID_FC_NAME"},
    {13, "ID_NULL"},
});
static_assert(AreStrictlyAscending(kIdTypes));

// RFC 7427 section 7, RFC 8420 section 2, RFC 9385.
constexpr auto kSignatureHashes = std::to_array<NameRow>({
    {1, "SHA1"},
    {2, "SHA2-256"},
    {3, "SHA2-384"},
    {4, "SHA2-512"},
    {5, "Identity"},
    {6, "STREEBOG_256"},
    {7, "STREEBOG_512"},
});
static_assert(AreStrictlyAscending(kSignatureHashes));

struct TransformRows {
  uint8_t type;
  std::span<const NameRow> rows;
};

constexpr TransformRows kTransforms[] = {
    {transform::kEncr, kEncryption},
    {transform::kPrf, kPrfs},
    {transform::kInteg, kIntegrity},
    {transform::kKe, kKeyExchanges},
    {transform::kSequenceNumbers, kSequenceNumbers},
    {13, kKeyWraps},
    {14, kGroupControllerAuthentication},
};

// RFC 9370 section 2.2: additional key exchanges share the numbers of type 4.
constexpr uint8_t RegistryOf(uint8_t type) {
  const bool is_additional = type >= transform::kAddKe1 && type <= transform::kAddKe7;
  return is_additional ? transform::kKe : type;
}

}  // namespace

std::string_view ExchangeName(uint8_t exchange) { return FindName(kExchanges, exchange); }
std::string_view PayloadName(uint8_t payload) { return FindName(kPayloads, payload); }
std::string_view ProtocolName(uint8_t protocol) { return FindName(kProtocols, protocol); }
std::string_view TransformTypeName(uint8_t type) { return FindName(kTransformTypes, type); }
std::string_view IdTypeName(uint8_t type) { return FindName(kIdTypes, type); }
std::string_view SignatureHashName(uint16_t hash) { return FindName(kSignatureHashes, hash); }

std::string_view TransformName(uint8_t type, uint16_t id) {
  for (const TransformRows& transforms : kTransforms) {
    if (transforms.type == RegistryOf(type)) return FindName(transforms.rows, id);
  }
  return {};
}

}  // namespace ike::wire::v2
