// Quirks: what is irregular about an answer that is clearly one, and therefore counts. Noted by the
// dialogues; listed by the JSON writers, the command line and the status page under fixed names.
// Constant tables; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace ike {

enum Quirk : uint16_t {
  kQuirkTrailingBytes = 1 << 0,         // behind the message, or behind its last payload
  kQuirkProposalSpi = 1 << 1,           // RFC 7296 section 3.3.1: none in IKE_SA_INIT
  kQuirkForeignTransform = 1 << 2,      // ESN, or a type that no IKE SA has
  kQuirkUnknownAttribute = 1 << 3,      // RFC 7296 section 3.3.6: none but what was offered
  kQuirkUnexpectedKeyLength = 1 << 4,   // RFC 7296 section 3.3.5: at 3DES, or at no cipher
  kQuirkProposalNumber = 1 << 5,        // 0, or another than that of what was chosen
  kQuirkInitiatorFlag = 1 << 6,         // RFC 7296 section 3.1: clear in what a responder sends
  kQuirkMessageId = 1 << 7,             // not that of the request
  kQuirkInformationalRefusal = 1 << 8,  // RFC 7296 section 1.2: refused within IKE_SA_INIT
  kQuirkMinorVersion = 1 << 9,          // neither version has another than 0
  kQuirkForeignCookie = 1 << 10,        // IKEv1: ours stands in the notify's SPI only
  kQuirkRedirectNonce = 1 << 11,        // RFC 5685 section 4: not ours, so that it is not followed
};

inline constexpr std::string_view kQuirkNames[] = {
    "trailing_bytes",        "proposal_spi",    "foreign_transform", "unknown_attribute",
    "unexpected_key_length", "proposal_number", "initiator_flag",    "message_id",
    "informational_refusal", "minor_version",   "foreign_cookie",    "redirect_nonce"};

// Calls use(name) for each of `quirks`.
template <typename Use>
void ForEachQuirk(uint16_t quirks, Use&& use) {
  for (size_t bit = 0; bit < std::size(kQuirkNames); ++bit) {
    if ((quirks >> bit & 1) != 0) use(kQuirkNames[bit]);
  }
}

}  // namespace ike
