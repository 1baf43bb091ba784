#include "probes/exchange/ikev2_answer.h"

#include <algorithm>
#include <array>

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
  if (notify->type == v2::notify::kRedirect) answer->redirect = notify->data;
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

// The types that an answer may lack: INTEG and ADDKE1 to ADDKE7.
constexpr auto kOptionalTypes = std::to_array<uint8_t>({3, 6, 7, 8, 9, 10, 11, 12});
static_assert(kOptionalTypes[0] == v2::transform::kInteg &&
              kOptionalTypes[1] == v2::transform::kAddKe1 &&
              kOptionalTypes[7] == v2::transform::kAddKe7);

// A transform's id and key length.
uint32_t Pack(uint16_t id, uint16_t key_length) { return uint32_t{id} << 16 | key_length; }

// What `suite` has of each transform type, by type; 0 = nothing, or NONE.
std::array<uint32_t, 16> ChosenByType(const Ikev2Suite& suite) {
  std::array<uint32_t, 16> chosen{};
  chosen[v2::transform::kEncr] = Pack(suite.encryption, suite.key_length);
  chosen[v2::transform::kPrf] = Pack(suite.prf, 0);
  chosen[v2::transform::kInteg] = Pack(suite.integrity, 0);
  chosen[v2::transform::kKe] = Pack(suite.group, 0);
  for (size_t slot = 0; slot < suite.additional_ke.size(); ++slot) {
    chosen[v2::transform::kAddKe1 + slot] = Pack(suite.additional_ke[slot], 0);
  }
  return chosen;
}

// Whether `suite` is a subset of `proposal`.
bool Fits(const Ikev2Suite& suite, const OfferedProposal& proposal) {
  const std::array<uint32_t, 16> chosen = ChosenByType(suite);
  uint32_t types = 0;  // sets of types: those that are offered
  uint32_t found = 0;  // and those of which the choice is
  for (const OfferedTransform& transform : proposal.transforms) {
    const uint32_t type = 1u << (transform.type & 15);
    types |= type;
    if (Pack(transform.id, transform.key_length) == chosen[transform.type & 15]) found |= type;
  }
  constexpr uint32_t kBasics =
      1u << v2::transform::kEncr | 1u << v2::transform::kPrf | 1u << v2::transform::kKe;
  if ((found & kBasics) != kBasics) return false;
  for (uint8_t type : kOptionalTypes) {
    if ((found >> type & 1) != 0) continue;
    // Left out of the answer, or NONE, where the offer has nothing of it.
    if (chosen[type] == 0 && (types >> type & 1) == 0) continue;
    // strongSwan takes AEAD beside INTEG transforms and leaves these out of its answer; libreswan
    // answers INTEG NONE though it was not offered.
    const bool is_aead = type == v2::transform::kInteg && suite.integrity == 0 && IsAead(suite);
    if (!is_aead) return false;
  }
  return true;
}

bool FitsOwnNumber(const Ikev2Suite& suite, const Ikev2Opening& opening) {
  const size_t number = suite.proposal_number;
  return number != 0 && number <= opening.proposals.size() &&
         Fits(suite, opening.proposals[number - 1]);
}

// RFC 7296 section 3.3.5: ciphers of one key length have no Key Length attribute.
bool HasNeedlessKeyLength(const Ikev2Suite& suite) {
  const auto has_row = [&](uint16_t key_length) {
    return FindAlgorithm(IkeVersion::kV2, Kind::kEncryption, suite.encryption, key_length) !=
           nullptr;
  };
  return suite.key_length != 0 && !has_row(suite.key_length) && has_row(0);
}

}  // namespace

std::optional<Ikev2Answer> ParseIkev2Answer(const wire::IkeHeader& header, ByteSpan body) {
  std::optional<Ikev2Answer> answer(std::in_place);  // where it is returned: it is large
  wire::PayloadCursor cursor(header.next_payload, body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    if (!ReadPayload(*payload, &*answer)) answer.reset();
    if (!answer) return answer;
  }
  if (!cursor.ok()) {
    answer.reset();
  } else if (!cursor.trailing().empty()) {
    answer->quirks |= kQuirkTrailingBytes;
  }
  return answer;
}

bool IsOffered(const Ikev2Opening& opening, wire::Ikev2Selection* choice) {
  if (FitsOwnNumber(*choice, opening)) return true;
  if (HasNeedlessKeyLength(*choice)) {
    choice->key_length = 0;
    choice->quirks |= kQuirkUnexpectedKeyLength;
    if (FitsOwnNumber(*choice, opening)) return true;
  }
  const auto found =
      std::find_if(opening.proposals.begin(), opening.proposals.end(),
                   [&](const OfferedProposal& proposal) { return Fits(*choice, proposal); });
  if (found == opening.proposals.end()) return false;
  choice->proposal_number = static_cast<uint8_t>(found - opening.proposals.begin() + 1);
  choice->quirks |= kQuirkProposalNumber;
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
