// Outcome: what one exchange (one opening and all that followed from it) proved. Made by Exchange,
// read by the liveness plan, the audit, the store and the JSON writers. Everything a peer does is
// data here, never an error. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "probes/algorithms/suite.h"
#include "probes/base/bytes.h"
#include "probes/base/time.h"
#include "probes/wire/quirks.h"

namespace ike {

// Why an exchange did not end in a selected proposal; the values of the label `reason`
// (contract section 6). kNone: it did, or nothing was wrong.
enum class Reason : uint8_t {
  kNone,
  kResolve,      // the name has no address
  kSend,         // the local system refused to send
  kUnreachable,  // an ICMP error, or a refused connection, quoted our SPI
  kTimeout,      // nothing at all came back
  kMalformed,    // something came back, but nothing that is IKE and ours
  kRejected,     // an IKE daemon answered, with an error notify
  kInternal,
};
inline constexpr int kReasonCount = 8;

constexpr std::string_view ReasonName(Reason reason) {
  constexpr std::string_view kNames[kReasonCount] = {
      "none", "resolve", "send", "unreachable", "timeout", "malformed", "rejected", "internal"};
  return kNames[static_cast<int>(reason)];
}

// Features of `ike_responder_feature`, as bits.
enum Feature : uint16_t {
  kFeatureFragmentation = 1 << 0,
  kFeatureChildless = 1 << 1,
  kFeaturePpk = 1 << 2,
  kFeatureMultipleAuth = 1 << 3,
  kFeatureSignatureHash = 1 << 4,
  kFeatureNatTraversal = 1 << 5,
};

enum class AnswerKind : uint8_t {
  kNone,        // no valid IKE message of ours came back
  kSelected,    // a proposal was chosen
  kInvalidKe,   // INVALID_KE_PAYLOAD and it was not followed (oracle), or could not be
  kCookie,      // only COOKIE, more often than we follow it
  kErrorNotify  // NO_PROPOSAL_CHOSEN or another error notify
};

enum class NatState : uint8_t { kUnknown, kNo, kYes };

// All of an answer's details but the lists.
struct AnswerSummary {
  uint32_t proposal_count = 0;
  uint32_t transform_count = 0;
  bool nat_traversal_vendor_id = false;  // IKEv1: a NAT-T vendor id came back
  uint8_t exchange_type = 0;             // of the answer's header
  uint8_t major_version = 0;             // of the answer's header
  uint8_t minor_version = 0;
  uint8_t notify_spi_size = 0;  // of the first notify
  uint32_t message_size = 0;    // of the answer

  friend bool operator==(const AnswerSummary&, const AnswerSummary&) = default;
};

// What the responder's messages carried, for JSON, fingerprint and debug.
struct AnswerDetails : AnswerSummary {
  std::vector<Bytes> vendor_ids;   // as received, in order
  std::vector<uint16_t> notifies;  // types in order, errors included
  std::vector<uint8_t> payloads;   // payload types in order: a fingerprint
  Bytes redirected_to;             // REDIRECT (RFC 5685): the type and the identity of the gateway

  friend bool operator==(const AnswerDetails&, const AnswerDetails&) = default;
};

// All of an outcome but the lists: copying it allocates nothing.
struct OutcomeFacts {
  IkeVersion version = IkeVersion::kV2;
  AnswerKind answer = AnswerKind::kNone;
  Reason reason = Reason::kNone;
  uint8_t send_error = 0;         // with kSend: the errno; 0 = unknown
  uint16_t error_notify = 0;      // 0 = none; the number in the version's own notify registry
  uint16_t invalid_ke_group = 0;  // the group that INVALID_KE_PAYLOAD last asked for; 0 = never
  bool version_answered =
      false;  // a valid message of this version: ike_up (false on INVALID_MAJOR_VERSION)
  bool cookie_required = false;  // IKEv2: COOKIE came before the answer
  bool retransmitted = false;
  uint16_t features = 0;  // bits of Feature; meaningful where asked and selected
  uint16_t quirks = 0;    // bits of Quirk, of all answers that counted
  NatState nat_local = NatState::kUnknown;
  NatState nat_remote = NatState::kUnknown;
  Ikev2Suite ikev2;            // valid where answer == kSelected and version == kV2
  Ikev1Suite ikev1;            // valid where answer == kSelected and version == kV1
  uint64_t initiator_spi = 0;  // the IKEv1 cookie too
  uint64_t responder_spi = 0;
  uint16_t key_exchange_group = 0;  // whose public value our last KE payload carried
  std::optional<Duration>
      rtt;  // request to first valid answer; absent after a retransmission (Karn)
  // Request to first valid answer, and the last copy of the request to it: the same but after a
  // retransmission.
  Duration answer_delay{};
  Duration copy_delay{};
  Duration duration{};  // first send to end
  uint32_t packets_sent = 0;
  uint32_t packets_received = 0;

  bool selected() const { return answer == AnswerKind::kSelected; }
  bool answered() const { return answer != AnswerKind::kNone; }
  // A refusal, after which daemons keep nothing of us; silence and a selection prove no such thing.
  // Nor does a COOKIE or INVALID_KE_PAYLOAD that was followed into silence: then `reason` tells why
  // the exchange ended, and it was not by an answer.
  bool leaves_no_state() const { return answered() && reason == Reason::kRejected; }
};

struct Outcome : OutcomeFacts {
  AnswerDetails details;
};

}  // namespace ike
