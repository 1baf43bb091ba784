#include "probes/exchange/ikev1_answer.h"

#include <algorithm>

#include "probes/algorithms/registry.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/identification.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ke.h"
#include "probes/wire/nonce.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "probes/wire/vendor_id.h"

namespace ike {
namespace {

namespace v1 = wire::v1;

constexpr size_t kFragmentationHashSize = 16;  // before the capability word, which may be missing

bool IsFragmentationVendorId(ByteSpan body) {
  if (body.size() < kFragmentationHashSize) return false;
  return std::equal(body.begin(), body.begin() + kFragmentationHashSize,
                    wire::kVendorIdFragmentation.begin());
}

uint16_t FeatureOf(ByteSpan vendor_id) {
  if (IsNatTraversalVendorId(vendor_id)) return kFeatureNatTraversal;
  return IsFragmentationVendorId(vendor_id) ? kFeatureFragmentation : 0;
}

bool ReadNotify(ByteSpan body, Ikev1Answer* answer) {
  const std::optional<wire::Ikev1Notify> notify = wire::ParseIkev1Notify(body);
  if (!notify) return false;
  const bool is_error = notify->type != 0 && notify->type < v1::notify::kFirstStatus;
  if (is_error && !answer->error) answer->error = notify->type;
  return true;
}

// One payload; false when it is malformed or a second one of a type that comes once.
bool ReadPayload(const wire::Payload& payload, Ikev1Answer* answer) {
  switch (payload.type) {
    case v1::payload::kSa:
      if (answer->sa) return false;
      answer->sa = payload.body;
      return true;
    case v1::payload::kKe:
      if (answer->has_key_exchange) return false;
      answer->has_key_exchange = true;
      return wire::ParseIkev1Ke(payload.body).has_value();
    case v1::payload::kNonce:
      if (answer->has_nonce) return false;
      answer->has_nonce = true;
      return wire::IsValidNonce(IkeVersion::kV1, payload.body);
    case v1::payload::kId:
      answer->has_identity = true;
      return wire::ParseIkev1Identification(payload.body).has_value();
    case v1::payload::kNotify:
      return ReadNotify(payload.body, answer);
    case v1::payload::kVendorId:
      answer->features |= FeatureOf(payload.body);
      return true;
    default:
      return true;
  }
}

// libreswan pads the messages of phase 1 to a multiple of four bytes.
bool IsPadding(ByteSpan trailing) {
  return trailing.size() < 4 &&
         std::all_of(trailing.begin(), trailing.end(), [](uint8_t byte) { return byte == 0; });
}

bool IsSameCipher(const Ikev1Suite& suite, const Ikev1Transform& transform) {
  if (suite.encryption != transform.encryption) return false;
  if (suite.key_length == transform.key_length) return true;
  const auto find = [&](uint16_t key_length) {
    return FindAnswered(IkeVersion::kV1, Kind::kEncryption, suite.encryption, key_length);
  };
  const Algorithm* answered = find(suite.key_length);
  return answered != nullptr && answered == find(transform.key_length);
}

}  // namespace

std::optional<Ikev1Answer> ParseIkev1Answer(const wire::IkeHeader& header, ByteSpan body) {
  Ikev1Answer answer;
  wire::PayloadCursor cursor(header.next_payload, body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    if (!ReadPayload(*payload, &answer)) return std::nullopt;
  }
  if (!cursor.ok()) return std::nullopt;
  if (!IsPadding(cursor.trailing())) answer.quirks |= kQuirkTrailingBytes;
  return answer;
}

uint64_t CookieInNotify(ByteSpan message) {
  const std::optional<wire::IkeHeader> header = wire::ParseIkeHeader(message);
  const bool is_notice = header && header->major_version() == 1 &&
                         header->exchange_type == v1::exchange::kInformational &&
                         !header->has_flag(wire::v1::flag::kEncryption);
  if (!is_notice) return 0;
  const std::optional<ByteSpan> body = wire::MessageBody(*header, message);
  if (!body) return 0;
  wire::PayloadCursor cursor(header->next_payload, *body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    if (payload->type != v1::payload::kNotify) continue;
    const std::optional<wire::Ikev1Notify> notify = wire::ParseIkev1Notify(payload->body);
    const bool has_cookie = notify && notify->spi.size() >= sizeof(uint64_t);
    return has_cookie ? Reader(notify->spi).U64() : 0;
  }
  return 0;
}

bool IsOffered(const Ikev1Suite& suite, const Ikev1Opening& opening) {
  return std::any_of(opening.transforms.begin(), opening.transforms.end(),
                     [&](const Ikev1Transform& transform) {
                       return IsSameCipher(suite, transform) && suite.hash == transform.hash &&
                              suite.group == transform.group;
                     });
}

}  // namespace ike
