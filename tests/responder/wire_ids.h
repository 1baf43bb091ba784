// The numbers of the simulated gateway's own codec, apart from those of probes/wire for the same
// reason as the codec. Read by the daemons, the codec and their tests; constants.
#pragma once

#include <cstddef>
#include <cstdint>

namespace responder {

// RFC 7296 section 3.1, RFC 2408 section 3.1.
inline constexpr size_t kHeaderSize = 28;
inline constexpr uint8_t kVersion1 = 0x10;
inline constexpr uint8_t kVersion2 = 0x20;
inline constexpr uint8_t kFlagEncrypted = 0x01;  // IKEv1
inline constexpr uint8_t kFlagInitiator = 0x08;  // IKEv2
inline constexpr uint8_t kFlagResponse = 0x20;   // IKEv2

enum class Exchange : uint8_t { kMain = 2, kAggressive = 4, kInformational = 5, kSaInit = 34 };

enum class PayloadV1 : uint8_t {
  kNone = 0,
  kSa = 1,
  kKe = 4,
  kId = 5,
  kHash = 8,
  kNonce = 10,
  kNotify = 11,
  kVendor = 13,
};

enum class PayloadV2 : uint8_t {
  kNone = 0,
  kSa = 33,
  kKe = 34,
  kNonce = 40,
  kNotify = 41,
  kVendor = 43
};

// IANA ikev2-parameters, notify message types (errors are below 16384).
enum class NotifyV2 : uint16_t {
  kUnsupportedCritical = 1,
  kInvalidMajorVersion = 5,
  kInvalidSyntax = 7,
  kNoProposalChosen = 14,
  kInvalidKe = 17,
  kNatDetectionSource = 16388,
  kNatDetectionDestination = 16389,
  kCookie = 16390,
  kMultipleAuth = 16404,
  kChildless = 16418,
  kFragmentation = 16430,
  kSignatureHash = 16431,
  kUsePpk = 16435,
  kIntermediate = 16438,
};

// RFC 2408 section 3.14.1.
enum class NotifyV1 : uint16_t {
  kInvalidPayloadType = 1,
  kNoProposalChosen = 14,
  kPayloadMalformed = 16,
  kInvalidKey = 17,
  kInvalidId = 18,
  kAuthFailed = 24,
};

}  // namespace responder
