#include "tests/responder/opening_v2.h"

#include <algorithm>

namespace responder {
namespace {

// Nonces have 16 to 256 bytes (RFC 7296 section 3.9).
constexpr size_t kMinNonce = 16, kMaxNonce = 256;

// IANA ikev2-parameters: 33 (SA) to 54; none of them is critical to know (RFC 7296 section 3.2).
bool IsDefined(uint8_t type) { return type >= 33 && type <= 54; }

void ReadNotify(View body, const std::vector<uint16_t>& answered, OpeningV2& opening) {
  if (body.size() < 4 || body.size() < 4u + body[1]) return;
  auto type = static_cast<NotifyV2>(Get16(body, 2));
  if (type == NotifyV2::kCookie) opening.cookie = body.subspan(4u + body[1]);
  if (type == NotifyV2::kIntermediate) opening.intermediate = true;
  if (type == NotifyV2::kNatDetectionSource) opening.nat_detection = true;
  auto found = std::ranges::find(answered, static_cast<uint16_t>(type));
  if (found != answered.end()) opening.asked |= 1u << (found - answered.begin());
}

void ReadKe(View body, OpeningV2& opening) {
  if (body.size() < 4) return;
  opening.group = Get16(body, 0);
  opening.ke = body.subspan(4);
}

}  // namespace

OpeningV2 OpeningReader::Read(const Header& header, View message,
                              const std::vector<uint16_t>& answered) {
  OpeningV2 opening;
  opening.chained = ReadPayloads(header, message, payloads_);
  for (const Payload& payload : payloads_) {
    switch (static_cast<PayloadV2>(payload.type)) {
      case PayloadV2::kSa:
        opening.sa = payload.body;
        break;
      case PayloadV2::kNonce:
        opening.nonce = payload.body;
        break;
      case PayloadV2::kKe:
        ReadKe(payload.body, opening);
        break;
      case PayloadV2::kNotify:
        ReadNotify(payload.body, answered, opening);
        // The cookie comes first (RFC 7296 section 2.6).
        opening.cookie_first |= !opening.cookie.empty() && &payload == &payloads_.front();
        break;
      default:
        if (payload.critical && !IsDefined(payload.type))
          opening.unsupported_critical = payload.type;
    }
  }
  opening.well_formed = opening.chained && !opening.sa.empty() && opening.group != 0 &&
                        opening.nonce.size() >= kMinNonce && opening.nonce.size() <= kMaxNonce;
  return opening;
}

}  // namespace responder
