// Opening: what to say first to an endpoint. A liveness probe has one, an audit makes many.
// Built by proposal sets (probes/algorithms/offers.h), by the liveness plan and by the audit;
// turned into bytes by the dialogues. Plain values, no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "probes/algorithms/suite.h"

namespace ike {

// One IKEv2 transform as it is offered: `type` is IANA's transform type (1 ENCR, 2 PRF, 3 INTEG,
// 4 KE, 6-12 ADDKE1-7); `key_length` in bits, 0 = no Key Length attribute.
struct OfferedTransform {
  uint8_t type = 0;
  uint16_t id = 0;
  uint16_t key_length = 0;

  friend auto operator<=>(const OfferedTransform&, const OfferedTransform&) = default;
};

struct OfferedProposal {
  std::vector<OfferedTransform> transforms;

  friend bool operator==(const OfferedProposal&, const OfferedProposal&) = default;
};

struct Ikev2Opening {
  std::vector<OfferedProposal> proposals;  // numbered from 1 in this order
  uint16_t ke_group = 0;                   // whose public value the KE payload carries
  // NAT_DETECTION_*, IKEV2_FRAGMENTATION_SUPPORTED, SIGNATURE_HASH_ALGORITHMS, USE_PPK and
  // INTERMEDIATE_EXCHANGE_SUPPORTED: some daemons reveal only what they were asked. Without it only
  // NAT_DETECTION_* go out, and INTERMEDIATE_EXCHANGE_SUPPORTED where a proposal has ADDKE types.
  bool ask_features = true;
  // REDIRECT_SUPPORTED (RFC 5685): a gateway that sends all its peers on is silent without it.
  bool redirect_supported = false;
  // INVALID_KE_PAYLOAD is followed to the group asked for. The audit's oracle switches it off.
  bool follow_invalid_ke = true;

  friend bool operator==(const Ikev2Opening&, const Ikev2Opening&) = default;
};

// One IKEv1 transform: a whole suite. Attributes are written in the order of RFC 2409 appendix A,
// but the key length follows the cipher, as the daemons write it.
// `key_length` 0 leaves the attribute out; `life_seconds` 0 leaves both life attributes out.
struct Ikev1Transform {
  uint16_t encryption = 0;
  uint16_t key_length = 0;
  uint16_t hash = 0;
  uint16_t authentication = 0;
  uint16_t group = 0;
  uint32_t life_seconds = 28800;

  friend bool operator==(const Ikev1Transform&, const Ikev1Transform&) = default;
};

enum class ProposalSet : uint8_t { kBroad, kModern, kCompat };
inline constexpr std::string_view kProposalSetNames[] = {"broad", "modern", "compat"};

enum class Ikev1Mode : uint8_t { kMain = 2, kAggressive = 4 };  // the exchange types of RFC 2408

// ID types of RFC 2407 section 4.6.2.1 that Aggressive Mode may send.
enum class IdType : uint8_t { kIpv4 = 1, kFqdn = 2, kUserFqdn = 3, kKeyId = 11 };

struct Ikev1Opening {
  Ikev1Mode mode = Ikev1Mode::kMain;
  std::vector<Ikev1Transform> transforms;
  // Aggressive Mode only: every transform must be of this group (RFC 2409 section 5).
  uint16_t group = 0;
  IdType id_type = IdType::kIpv4;
  std::string id;  // the identity's bytes as text; for kIpv4 empty means our own address
  // XAUTH, DPD, NAT-T (RFC 3947 and draft-02\n), FRAGMENTATION: daemons answer in kind.
  bool send_vendor_ids = true;

  friend bool operator==(const Ikev1Opening&, const Ikev1Opening&) = default;
};

using Opening = std::variant<Ikev1Opening, Ikev2Opening>;
using OpeningPtr = std::shared_ptr<const Opening>;  // shared by all targets that send the same one

inline IkeVersion VersionOf(const Opening& opening) {
  return std::holds_alternative<Ikev1Opening>(opening) ? IkeVersion::kV1 : IkeVersion::kV2;
}

}  // namespace ike
