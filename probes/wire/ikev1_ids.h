// The numbers of ISAKMP and IKEv1 (RFC 2407, 2408, 2409 and the closed IANA registries
// isakmp-registry and ipsec-registry) that the code names, and the names of all of them. Plain
// integers, because what a peer sends need not be a number we know. Lookups: IANA's name, empty if
// unknown. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace ike::wire::v1 {

inline constexpr uint32_t kDoiIpsec = 1;
inline constexpr uint32_t kSituationIdentityOnly = 1;
inline constexpr uint8_t kTransformKeyIke = 1;
inline constexpr uint16_t kLifeSeconds = 1;

// RFC 2408 section 3.1, RFC 2409 section 5.
namespace exchange {
inline constexpr uint8_t kMainMode = 2;
inline constexpr uint8_t kAggressive = 4;
inline constexpr uint8_t kInformational = 5;
inline constexpr uint8_t kTransaction = 6;
inline constexpr uint8_t kQuickMode = 32;
}  // namespace exchange

// RFC 2408 section 3.1; NAT-D and NAT-OA RFC 3947, with the drafts' numbers.
namespace payload {
inline constexpr uint8_t kNone = 0;
inline constexpr uint8_t kSa = 1;
inline constexpr uint8_t kProposal = 2;
inline constexpr uint8_t kTransform = 3;
inline constexpr uint8_t kKe = 4;
inline constexpr uint8_t kId = 5;
inline constexpr uint8_t kCert = 6;
inline constexpr uint8_t kCertRequest = 7;
inline constexpr uint8_t kHash = 8;
inline constexpr uint8_t kSignature = 9;
inline constexpr uint8_t kNonce = 10;
inline constexpr uint8_t kNotify = 11;
inline constexpr uint8_t kDelete = 12;
inline constexpr uint8_t kVendorId = 13;
inline constexpr uint8_t kNatD = 20;
inline constexpr uint8_t kNatOa = 21;
inline constexpr uint8_t kNatDDraft = 130;
inline constexpr uint8_t kFragment = 132;
}  // namespace payload

// RFC 2407 section 4.4.1.
namespace protocol {
inline constexpr uint8_t kIsakmp = 1;
}  // namespace protocol

// Attribute classes, RFC 2409 appendix A.
namespace attribute {
inline constexpr uint16_t kEncryption = 1;
inline constexpr uint16_t kHash = 2;
inline constexpr uint16_t kAuthentication = 3;
inline constexpr uint16_t kGroup = 4;
inline constexpr uint16_t kLifeType = 11;
inline constexpr uint16_t kLifeDuration = 12;
inline constexpr uint16_t kKeyLength = 14;
}  // namespace attribute

// The values that openings are made of, RFC 2409 appendix A and ipsec-registry.
namespace encryption {
inline constexpr uint16_t kDes = 1;
inline constexpr uint16_t k3Des = 5;
inline constexpr uint16_t kAes = 7;
}  // namespace encryption

namespace hash {
inline constexpr uint16_t kMd5 = 1;
inline constexpr uint16_t kSha1 = 2;
inline constexpr uint16_t kTiger = 3;
inline constexpr uint16_t kSha256 = 4;
inline constexpr uint16_t kSha384 = 5;
inline constexpr uint16_t kSha512 = 6;
}  // namespace hash

namespace authentication {
inline constexpr uint16_t kPreSharedKey = 1;
inline constexpr uint16_t kRsaSignatures = 3;
}  // namespace authentication

// RFC 2408 section 3.14.1: types below kFirstStatus are errors.
namespace notify {
inline constexpr uint16_t kInvalidMajorVersion = 5;
inline constexpr uint16_t kNoProposalChosen = 14;
inline constexpr uint16_t kInvalidIdInformation = 18;
inline constexpr uint16_t kAuthenticationFailed = 24;
inline constexpr uint16_t kFirstStatus = 16384;
}  // namespace notify

std::string_view ExchangeName(uint8_t exchange);
std::string_view PayloadName(uint8_t payload);  // IANA's notation: "SA", "NONCE"
std::string_view NotifyName(uint16_t type);
std::string_view AttributeName(uint16_t attribute);
std::string_view IdTypeName(uint8_t type);
std::string_view ProtocolName(uint8_t protocol);

// The name of `value` for the attribute class: v1::attribute::kHash, 4 is "SHA2-256".
std::string_view AttributeValueName(uint16_t attribute, uint16_t value);

}  // namespace ike::wire::v1
