#include "probes/ikev2_answer.h"

#include <algorithm>

#include "probes/algorithms/registry.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/nonce.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"

namespace ike {
namespace {

namespace v2 = wire::v2;

uint16_t FeatureOf(uint16_t notify) {
  switch (notify) {
    case v2::notify::kNatDetectionSourceIp:
    case v2::notify::kNatDetectionDestinationIp:
      return kFeatureNatTraversal;
    case v2::notify::kMultipleAuthSupported:
      return kFeatureMultipleAuth;
    case v2::notify::kChildlessSupported:
      return kFeatureChildless;
    case v2::notify::kFragmentationSupported:
      return kFeatureFragmentation;
    case v2::notify::kSignatureHashAlgorithms:
      return kFeatureSignatureHash;
    case v2::notify::kUsePpk:
      return kFeaturePpk;
    default:
      return 0;
  }
}

void Keep(ByteSpan value, NatHashes* hashes) {
  if (hashes->count < hashes->values.size()) hashes->values[hashes->count++] = value;
}

bool ReadNotify(ByteSpan body, Ikev2Answer* answer) {
  const std::optional<wire::Ikev2Notify> notify = wire::ParseIkev2Notify(body);
  if (!notify) return false;
  answer->features |= FeatureOf(notify->type);
  if (notify->is_error() && !answer->error) answer->error = notify->type;
  if (notify->type == v2::notify::kNatDetectionSourceIp) Keep(notify->data, &answer->nat_source);
  if (notify->type == v2::notify::kNatDetectionDestinationIp) {
    Keep(notify->data, &answer->nat_destination);
  }
  if (notify->type == v2::notify::kCookie) {
    answer->cookie = notify->data;
    return wire::IsValidCookie(*notify);
  }
  if (notify->type == v2::notify::kInvalidKePayload) {
    answer->invalid_ke_group = wire::ParseInvalidKeGroup(*notify);
    return answer->invalid_ke_group.has_value();
  }
  return true;
}

// One payload; false when it is malformed or a second one of a type that comes once.
bool ReadPayload(const wire::Payload& payload, Ikev2Answer* answer) {
  switch (payload.type) {
    case v2::payload::kSa:
      if (answer->sa) return false;
      answer->sa = payload.body;
      return true;
    case v2::payload::kKe:
      if (answer->key_exchange) return false;
      answer->key_exchange = wire::ParseIkev2Ke(payload.body);
      return answer->key_exchange.has_value();
    case v2::payload::kNonce:
      if (answer->nonce) return false;
      answer->nonce = payload.body;
      return wire::IsValidNonce(IkeVersion::kV2, payload.body);
    case v2::payload::kNotify:
      return ReadNotify(payload.body, answer);
    default:
      return true;
  }
}

bool IsAead(const Ikev2Suite& suite) {
  const Algorithm* cipher =
      FindAnswered(IkeVersion::kV2, Kind::kEncryption, suite.encryption, suite.key_length);
  return cipher != nullptr && cipher->aead;
}

class Offer {
 public:
  explicit Offer(const OfferedProposal& proposal) : transforms_(proposal.transforms) {}

  bool Has(const OfferedTransform& transform) const {
    return std::find(transforms_.begin(), transforms_.end(), transform) != transforms_.end();
  }
  bool HasType(uint8_t type) const {
    return std::any_of(transforms_.begin(), transforms_.end(),
                       [&](const OfferedTransform& t) { return t.type == type; });
  }
  // For a type that may be left out of an answer: `id` 0 is NONE or nothing.
  bool AllowsOptional(uint8_t type, uint16_t id) const {
    return Has({type, id, 0}) || (id == 0 && !HasType(type));
  }

 private:
  const std::vector<OfferedTransform>& transforms_;
};

}  // namespace

std::optional<Ikev2Answer> ParseIkev2Answer(const wire::IkeHeader& header, ByteSpan body) {
  Ikev2Answer answer;
  wire::PayloadCursor cursor(header.next_payload, body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    if (!ReadPayload(*payload, &answer)) return std::nullopt;
  }
  if (!cursor.ok() || !cursor.trailing().empty()) return std::nullopt;
  return answer;
}

bool IsOffered(const Ikev2Suite& suite, const Ikev2Opening& opening) {
  const size_t number = suite.proposal_number;
  if (number == 0 || number > opening.proposals.size()) return false;
  const Offer offer(opening.proposals[number - 1]);
  const bool has_basics = offer.Has({v2::transform::kEncr, suite.encryption, suite.key_length}) &&
                          offer.Has({v2::transform::kPrf, suite.prf, 0}) &&
                          offer.Has({v2::transform::kKe, suite.group, 0});
  if (!has_basics) return false;
  // strongSwan takes AEAD beside INTEG transforms and leaves these out of its answer; libreswan
  // answers INTEG NONE though it was not offered.
  const bool is_integrity_offered = offer.AllowsOptional(v2::transform::kInteg, suite.integrity) ||
                                    (suite.integrity == 0 && IsAead(suite));
  if (!is_integrity_offered) return false;
  for (size_t slot = 0; slot < suite.additional_ke.size(); ++slot) {
    const uint8_t type = static_cast<uint8_t>(v2::transform::kAddKe1 + slot);
    if (!offer.AllowsOptional(type, suite.additional_ke[slot])) return false;
  }
  return true;
}

NatState CompareNatHashes(const NatHashes& hashes, const wire::NatDetectionInput& expected) {
  if (hashes.count == 0 || expected.endpoint.address.empty()) return NatState::kUnknown;
  const wire::NatDetectionHash own = wire::HashNatDetection(expected);
  const auto end = hashes.values.begin() + hashes.count;
  const bool matches = std::any_of(hashes.values.begin(), end, [&](ByteSpan value) {
    return std::equal(value.begin(), value.end(), own.begin(), own.end());
  });
  return matches ? NatState::kNo : NatState::kYes;
}

}  // namespace ike
