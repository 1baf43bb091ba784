// The numbers of IKEv2 (RFC 7296, IANA ikev2-parameters) that the code names, and the names of all
// of them. Plain integers, because what a peer sends need not be a number we know. Lookups: IANA's
// name, empty if unknown. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace ike::wire::v2 {

namespace exchange {
inline constexpr uint8_t kIkeSaInit = 34;
inline constexpr uint8_t kIkeAuth = 35;
inline constexpr uint8_t kCreateChildSa = 36;
inline constexpr uint8_t kInformational = 37;
inline constexpr uint8_t kIkeIntermediate = 43;
}  // namespace exchange

namespace payload {
inline constexpr uint8_t kNone = 0;
inline constexpr uint8_t kSa = 33;
inline constexpr uint8_t kKe = 34;
inline constexpr uint8_t kCertRequest = 38;
inline constexpr uint8_t kAuthentication = 39;
inline constexpr uint8_t kNonce = 40;
inline constexpr uint8_t kNotify = 41;
inline constexpr uint8_t kVendorId = 43;
inline constexpr uint8_t kEncrypted = 46;
inline constexpr uint8_t kEncryptedFragment = 53;
// Payloads of RFC 7296 lie in this range; a critical one outside is UNSUPPORTED_CRITICAL_PAYLOAD.
inline constexpr uint8_t kFirst = kSa;
inline constexpr uint8_t kLast = 48;
}  // namespace payload

namespace protocol {
inline constexpr uint8_t kIke = 1;
}  // namespace protocol

// Transform types, RFC 7296 section 3.3.2 and RFC 9370 section 2.2.
namespace transform {
inline constexpr uint8_t kEncr = 1;
inline constexpr uint8_t kPrf = 2;
inline constexpr uint8_t kInteg = 3;
inline constexpr uint8_t kKe = 4;
inline constexpr uint8_t kSequenceNumbers = 5;
inline constexpr uint8_t kAddKe1 = 6;
inline constexpr uint8_t kAddKe7 = 12;
}  // namespace transform

// Notify types below kFirstStatus are errors (RFC 7296 section 3.10.1).
namespace notify {
inline constexpr uint16_t kUnsupportedCriticalPayload = 1;
inline constexpr uint16_t kInvalidIkeSpi = 4;
inline constexpr uint16_t kInvalidMajorVersion = 5;
inline constexpr uint16_t kInvalidSyntax = 7;
inline constexpr uint16_t kInvalidMessageId = 9;
inline constexpr uint16_t kNoProposalChosen = 14;
inline constexpr uint16_t kInvalidKePayload = 17;
inline constexpr uint16_t kFirstStatus = 16384;
inline constexpr uint16_t kNatDetectionSourceIp = 16388;
inline constexpr uint16_t kNatDetectionDestinationIp = 16389;
inline constexpr uint16_t kCookie = 16390;
inline constexpr uint16_t kMultipleAuthSupported = 16404;
inline constexpr uint16_t kRedirectSupported = 16406;
inline constexpr uint16_t kRedirect = 16407;
inline constexpr uint16_t kChildlessSupported = 16418;
inline constexpr uint16_t kFragmentationSupported = 16430;
inline constexpr uint16_t kSignatureHashAlgorithms = 16431;
inline constexpr uint16_t kPuzzle = 16434;
inline constexpr uint16_t kUsePpk = 16435;
inline constexpr uint16_t kIntermediateExchangeSupported = 16438;
}  // namespace notify

std::string_view ExchangeName(uint8_t exchange);
std::string_view PayloadName(uint8_t payload);  // IANA's notation: "SA", "Ni, Nr"
std::string_view NotifyName(uint16_t type);
std::string_view ProtocolName(uint8_t protocol);
std::string_view TransformTypeName(uint8_t type);  // "ENCR", "ADDKE1"
std::string_view IdTypeName(uint8_t type);
std::string_view SignatureHashName(uint16_t hash);  // of SIGNATURE_HASH_ALGORITHMS

// The name of transform `id` of `type`: 1, 12 is "ENCR_AES_CBC".
std::string_view TransformName(uint8_t type, uint16_t id);

}  // namespace ike::wire::v2
