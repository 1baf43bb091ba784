// Why the registry judges as it does, each reason written once, and where it says so. Shown to
// people in findings, so they read as a clause after the algorithm's name. Used by registry.cc
// alone.
#pragma once

#include <string_view>

namespace ike {

namespace reason {
inline constexpr std::string_view kNone;
inline constexpr std::string_view kDes = "the 56-bit key can be found by trying all";
inline constexpr std::string_view kDesIv = "single DES, never specified for IKEv2";
inline constexpr std::string_view kTripleDes =
    "64-bit blocks (birthday bound); NIST disallows it since 2024; on no BSI or CNSA list";
inline constexpr std::string_view kSmallBlock = "deprecated; 64-bit blocks (birthday bound)";
inline constexpr std::string_view kNeverSpecified = "deprecated; never specified for IKEv2";
inline constexpr std::string_view kNoEncryption = "no confidentiality";
inline constexpr std::string_view kSeparateMac = "sound, but integrity is a separate algorithm";
inline constexpr std::string_view kTag64 = "sound, but the integrity tag has 64 bits only";
inline constexpr std::string_view kTag96 = "sound, but the integrity tag has 96 bits only";
inline constexpr std::string_view kCamellia =
    "on no list of RFC 8247, NIST or BSI; integrity is a separate algorithm";
inline constexpr std::string_view kEspOnly = "registered for ESP only";
inline constexpr std::string_view kChaCha = "not approved by NIST; on no BSI or CNSA list";
inline constexpr std::string_view kGost = "national algorithm (GOST)";
inline constexpr std::string_view kGostSmallBlock = "national algorithm (GOST); 64-bit blocks";
inline constexpr std::string_view kMd5 = "MD5 is broken";
inline constexpr std::string_view kSha1 =
    "SHA-1 is being phased out: legacy for NIST, discontinued by BSI";
inline constexpr std::string_view kTiger = "deprecated; never specified for IKEv2";
inline constexpr std::string_view kPrf128 = "128-bit pseudorandom function";
inline constexpr std::string_view kDesMac = "DES; never specified for IKEv2";
inline constexpr std::string_view kKpdk = "keyed MD5; never specified for IKEv2";
inline constexpr std::string_view kGmac = "specified for AH";
inline constexpr std::string_view kNoIntegrity = "none, which only an AEAD cipher may have";
inline constexpr std::string_view kModp768 =
    "breakable with academic means; precomputation breaks all sessions";
inline constexpr std::string_view kModp1024 =
    "breakable by a state; precomputation breaks all sessions (Logjam)";
inline constexpr std::string_view kModp1536 = "below the 112 bits that NIST asks for";
inline constexpr std::string_view kModp2048 =
    "112 bits: below the minimum of BSI (since 2023) and CNSA; NIST ends it in 2030";
inline constexpr std::string_view kModp1024Subgroup =
    "1024 bits, parameters of unverifiable origin";
inline constexpr std::string_view kSubgroup =
    "parameters of unverifiable origin with small subgroups";
inline constexpr std::string_view kEcp192 = "below 112 bits";
inline constexpr std::string_view kEcp224 = "112 bits; BSI dropped 224-bit curves";
inline constexpr std::string_view kEc2n155 = "below 80 bits; composite binary field";
inline constexpr std::string_view kEc2n185 = "below 112 bits; composite binary field";
inline constexpr std::string_view kEc2nDraft = "from a draft that never became an RFC";
inline constexpr std::string_view kMlKem512 = "not accepted by BSI and CNSA 2.0";
inline constexpr std::string_view kIkev1 =
    "IKEv1 is deprecated: no new algorithms, closed registries, no AEAD in phase 1";
inline constexpr std::string_view kAggressive =
    "shows a hash of the pre-shared key to anybody, who can guess it offline";
inline constexpr std::string_view kIkev1Sound = "sound, but of a deprecated protocol";
inline constexpr std::string_view kUnofficial = "never registered for IKEv1";
inline constexpr std::string_view kChineseProfile = "Chinese national profile";
inline constexpr std::string_view kPrivateNumber = "private number of one implementation";
inline constexpr std::string_view kPsk = "as strong as the secret; Aggressive Mode shows its hash";
inline constexpr std::string_view kDss = "SHA-1 and 1024-bit keys";
inline constexpr std::string_view kRsaSig = "as strong as the certificate";
inline constexpr std::string_view kRsaEncryption = "hardly deployed; PKCS #1 v1.5 encryption";
inline constexpr std::string_view kCrack = "expired draft";
inline constexpr std::string_view kNullAuth = "no authentication";
inline constexpr std::string_view kHybrid = "server certificate, then a password by XAUTH";
inline constexpr std::string_view kXauthPsk =
    "a secret shared by the whole group, so that any member can pose as the gateway";
inline constexpr std::string_view kXauth = "XAUTH on top of a certificate";
inline constexpr std::string_view kXauthWeak = "XAUTH on top of a weak method";
}  // namespace reason

namespace reference {
inline constexpr std::string_view kNone;
inline constexpr std::string_view kEncr8247 = "RFC 8247 section 2.1";
inline constexpr std::string_view kPrf8247 = "RFC 8247 section 2.2";
inline constexpr std::string_view kInteg8247 = "RFC 8247 section 2.3";
inline constexpr std::string_view kKe8247 = "RFC 8247 section 2.4";
inline constexpr std::string_view kTripleDes = "NIST SP 800-131Ar2; RFC 8247 section 2.1";
inline constexpr std::string_view kRfc9395 = "RFC 9395";
inline constexpr std::string_view kRfc5282 = "RFC 5282";
inline constexpr std::string_view kRfc5529 = "RFC 5529";
inline constexpr std::string_view kRfc7634 = "RFC 7634; RFC 8247 section 2.1";
inline constexpr std::string_view kRfc9227 = "RFC 9227";
inline constexpr std::string_view kRfc9385 = "RFC 9385";
inline constexpr std::string_view kRfc4543 = "RFC 4543";
inline constexpr std::string_view kRfc8750 = "RFC 8750 section 5";
inline constexpr std::string_view kRfc4615 = "RFC 4615";
inline constexpr std::string_view kRfc4494 = "RFC 4494";
inline constexpr std::string_view kRfc4868 = "RFC 4868";
inline constexpr std::string_view kRfc7296 = "RFC 7296 section 3.3";
inline constexpr std::string_view kRfc3526 = "RFC 3526";
inline constexpr std::string_view kRfc5903 = "RFC 5903";
inline constexpr std::string_view kRfc5114 = "RFC 5114 section 4";
inline constexpr std::string_view kRfc6954 = "RFC 6954";
inline constexpr std::string_view kRfc8031 = "RFC 8031";
inline constexpr std::string_view kMlKem = "draft-ietf-ipsecme-ikev2-mlkem; FIPS 203";
inline constexpr std::string_view kRfc4109 = "RFC 4109; RFC 9395";
inline constexpr std::string_view kRfc4312 = "RFC 4312; RFC 9395";
inline constexpr std::string_view kRfc4754 = "RFC 4754; RFC 9395";
inline constexpr std::string_view kAggressive = "RFC 2409 section 5.4; NIST SP 800-77r1";
inline constexpr std::string_view kHybridDraft = "draft-ietf-ipsec-isakmp-hybrid-auth-05";
inline constexpr std::string_view kXauthDraft = "draft-beaulieu-ike-xauth";
inline constexpr std::string_view kEccDraft = "draft-ietf-ipsec-ike-ecc-groups-10";
inline constexpr std::string_view kCrackDraft = "draft-harkins-ipsra-crack-00";
}  // namespace reference

}  // namespace ike
