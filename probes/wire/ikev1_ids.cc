#include "probes/wire/ikev1_ids.h"

#include <array>

#include "probes/wire/names.h"

// Sources: IANA ipsec-registry and isakmp-registry (closed by RFC 9395). Numbers outside of them
// are those that gateways use in the field: private use and expired drafts.
namespace ike::wire::v1 {
namespace {

constexpr auto kExchanges = std::to_array<NameRow>({
    {0, "NONE"},
    {1, "Base"},
    {2, "Identity Protection"},
    {3, "Authentication Only"},
    {4, "Aggressive"},
    {5, "Informational"},
    {6, "Transaction"},
    {32, "Quick Mode"},
    {33, "New Group Mode"},
});
static_assert(AreStrictlyAscending(kExchanges));

constexpr auto kPayloads = std::to_array<NameRow>({
    {0, "NONE"},     {1, "SA"},     {2, "P"},      {3, "T"},       {4, "KE"},     {5, "ID"},
    {6, "CERT"},     {7, "CR"},     {8, "HASH"},   {9, "SIG"},     {10, "NONCE"}, {11, "N"},
    {12, "D"},       {13, "VID"},   {14, "ATTR"},  {15, "SAK"},    {16, "SAT"},   {17, "KD"},
    {18, "SEQ"},     {19, "POP"},   {20, "NAT-D"}, {21, "NAT-OA"}, {22, "GAP"},   {130, "NAT-D"},
    {131, "NAT-OA"}, {132, "FRAG"},
});
static_assert(AreStrictlyAscending(kPayloads));

constexpr auto kAttributes = std::to_array<NameRow>({
    {1, "Encryption Algorithm"},
    {2, "Hash Algorithm"},
    {3, "Authentication Method"},
    {4, "Group Description"},
    {5, "Group Type"},
    {6, "Group Prime/Irreducible Polynomial"},
    {7, "Group Generator One"},
    {8, "Group Generator Two"},
    {9, "Group Curve A"},
    {10, "Group Curve B"},
    {11, "Life Type"},
    {12, "Life Duration"},
    {13, "PRF"},
    {14, "Key Length"},
    {15, "Field Size"},
    {16, "Group Order"},
    {17, "Block-Size"},
    {20, "Asymmetric-Cryptographic-Algorithm-Type"},
    {16384, "GSS Identity Name"},
});
static_assert(AreStrictlyAscending(kAttributes));

constexpr auto kEncryption = std::to_array<NameRow>({
    {1, "DES-CBC"},
    {2, "IDEA-CBC"},
    {3, "Blowfish-CBC"},
    {4, "RC5-R16-B64-CBC"},
    {5, "3DES-CBC"},
    {6, "CAST-CBC"},
    {7, "AES-CBC"},
    {8, "CAMELLIA-CBC"},
    {13, "AES-CTR"},
    {14, "AES-CCM_8"},
    {15, "AES-CCM_12"},
    {16, "AES-CCM_16"},
    {18, "AES-GCM_8"},
    {19, "AES-GCM_12"},
    {20, "AES-GCM_16"},
    {24, "CAMELLIA-CTR"},
    {25, "CAMELLIA-CCM_8"},
    {26, "CAMELLIA-CCM_12"},
    {27, "CAMELLIA-CCM_16"},
    {127, "SM4-CBC (old number)"},
    {128, "SM1-CBC"},
    {129, "SM4-CBC"},
    {65001, "MARS-CBC"},
    {65002, "RC6-CBC"},
    {65004, "SERPENT-CBC"},
    {65005, "TWOFISH-CBC"},
    {65289, "TWOFISH-CBC (SSH)"},
});
static_assert(AreStrictlyAscending(kEncryption));

constexpr auto kHashes = std::to_array<NameRow>({
    {1, "MD5"},
    {2, "SHA"},
    {3, "Tiger"},
    {4, "SHA2-256"},
    {5, "SHA2-384"},
    {6, "SHA2-512"},
    {20, "SM3"},
});
static_assert(AreStrictlyAscending(kHashes));

constexpr auto kAuthentication = std::to_array<NameRow>({
    {1, "pre-shared key"},
    {2, "DSS signatures"},
    {3, "RSA signatures"},
    {4, "Encryption with RSA"},
    {5, "Revised encryption with RSA"},
    {9, "ECDSA with SHA-256 on the P-256 curve"},
    {10, "ECDSA with SHA-384 on the P-384 curve"},
    {11, "ECDSA with SHA-512 on the P-521 curve"},
    {13, "AUTH_NULL"},
    {128, "CRACK"},
    {64221, "HybridInitRSA"},
    {64222, "HybridRespRSA"},
    {64223, "HybridInitDSS"},
    {64224, "HybridRespDSS"},
    {65001, "XAUTHInitPreShared"},
    {65002, "XAUTHRespPreShared"},
    {65003, "XAUTHInitDSS"},
    {65004, "XAUTHRespDSS"},
    {65005, "XAUTHInitRSA"},
    {65006, "XAUTHRespRSA"},
    {65007, "XAUTHInitRSAEncryption"},
    {65008, "XAUTHRespRSAEncryption"},
    {65009, "XAUTHInitRSARevisedEncryption"},
    {65010, "XAUTHRespRSARevisedEncryption"},
});
static_assert(AreStrictlyAscending(kAuthentication));

constexpr auto kGroups = std::to_array<NameRow>({
    {1, "default 768-bit MODP group"},
    {2, "alternate 1024-bit MODP group"},
    {3, "EC2N group on GP[2^155]"},
    {4, "EC2N group on GP[2^185]"},
    {5, "1536-bit MODP group"},
    {6, "EC2N group over GF[2^163]"},
    {7, "EC2N group over GF[2^163]"},
    {8, "EC2N group over GF[2^283]"},
    {9, "EC2N group over GF[2^283]"},
    {10, "EC2N group over GF[2^409]"},
    {11, "EC2N group over GF[2^409]"},
    {12, "EC2N group over GF[2^571]"},
    {13, "EC2N group over GF[2^571]"},
    {14, "2048-bit MODP group"},
    {15, "3072-bit MODP group"},
    {16, "4096-bit MODP group"},
    {17, "6144-bit MODP group"},
    {18, "8192-bit MODP group"},
    {19, "256-bit random ECP group"},
    {20, "384-bit random ECP group"},
    {21, "521-bit random ECP group"},
    {22, "1024-bit MODP Group with 160-bit Prime Order Subgroup"},
    {23, "2048-bit MODP Group with 224-bit Prime Order Subgroup"},
    {24, "2048-bit MODP Group with 256-bit Prime Order Subgroup"},
    {25, "192-bit Random ECP Group"},
    {26, "224-bit Random ECP Group"},
    {27, "224-bit Brainpool ECP group"},
    {28, "256-bit Brainpool ECP group"},
    {29, "384-bit Brainpool ECP group"},
    {30, "512-bit Brainpool ECP group"},
});
static_assert(AreStrictlyAscending(kGroups));

constexpr auto kGroupTypes = std::to_array<NameRow>({
    {1, "MODP"},
    {2, "ECP"},
    {3, "EC2N"},
});
static_assert(AreStrictlyAscending(kGroupTypes));

constexpr auto kLifeTypes = std::to_array<NameRow>({
    {1, "seconds"},
    {2, "kilobytes"},
});
static_assert(AreStrictlyAscending(kLifeTypes));

// RFC 2407 section 4.6.2.1.
constexpr auto kIdTypes = std::to_array<NameRow>({
    {1, "ID_IPV4_ADDR"},
    {2, "ID_FQDN"},
    {3, "ID_USER_FQDN"},
    {4, "ID_IPV4_ADDR_SUBNET"},
    {5, "ID_IPV6_ADDR"},
    {6, "ID_IPV6_ADDR_SUBNET"},
    {7, "ID_IPV4_ADDR_RANGE"},
    {8, "ID_IPV6_ADDR_RANGE"},
    {9, "ID_DER_ASN1_DN"},
    {10, "ID_DER_ASN1_GN"},
    {11, "ID_KEY_ID"},
    {12, "ID_LIST"},
});
static_assert(AreStrictlyAscending(kIdTypes));

constexpr auto kProtocols = std::to_array<NameRow>({
    {1, "PROTO_ISAKMP"},
    {2, "PROTO_IPSEC_AH"},
    {3, "PROTO_IPSEC_ESP"},
    {4, "PROTO_IPCOMP"},
    {5, "PROTO_GIGABEAM_RADIO"},
});
static_assert(AreStrictlyAscending(kProtocols));

struct ValueRows {
  uint16_t attribute;
  std::span<const NameRow> rows;
};

constexpr ValueRows kValues[] = {
    {attribute::kEncryption, kEncryption},
    {attribute::kHash, kHashes},
    {attribute::kAuthentication, kAuthentication},
    {attribute::kGroup, kGroups},
    {5, kGroupTypes},
    {attribute::kLifeType, kLifeTypes},
};

}  // namespace

std::string_view ExchangeName(uint8_t exchange) { return FindName(kExchanges, exchange); }
std::string_view PayloadName(uint8_t payload) { return FindName(kPayloads, payload); }
std::string_view AttributeName(uint16_t attribute) { return FindName(kAttributes, attribute); }
std::string_view IdTypeName(uint8_t type) { return FindName(kIdTypes, type); }
std::string_view ProtocolName(uint8_t protocol) { return FindName(kProtocols, protocol); }

std::string_view AttributeValueName(uint16_t attribute, uint16_t value) {
  for (const ValueRows& values : kValues) {
    if (values.attribute == attribute) return FindName(values.rows, value);
  }
  return {};
}

}  // namespace ike::wire::v1
