// The SA payloads of both IKE versions, as the simulated gateway reads and writes them (RFC 7296
// section 3.3; RFC 2408 sections 3.4 to 3.6 with RFC 2409 appendix A). Called by the daemons and
// the selection; pure, any thread. Malformed bytes are nullopt.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/responder/wire.h"

namespace responder {

// IKEv2 transform types; 6 to 12 are the additional key exchanges of RFC 9370.
inline constexpr uint8_t kEncryption = 1, kPrf = 2, kIntegrity = 3, kKeyExchange = 4;
inline constexpr uint8_t kFirstAdditional = 6, kLastAdditional = 12;

struct Transform {
  uint8_t type = 0;
  uint16_t id = 0;
  uint16_t key_length = 0;         // bits; 0: no attribute
  bool unknown_attribute = false;  // RFC 7296 section 3.3.6: such a transform is not acceptable

  friend bool operator==(const Transform&, const Transform&) = default;
};

struct Proposal {
  uint8_t number = 1;
  uint8_t protocol = 1;  // IKE
  Bytes spi;
  std::vector<Transform> transforms;
};

std::optional<std::vector<Proposal>> ReadSaV2(View body);
Bytes WriteSaV2(const Proposal& proposal);

// One IKEv1 transform: a whole suite.
struct Suite {
  uint8_t number = 1;
  uint8_t transform_id = 1;  // KEY_IKE
  uint16_t encryption = 0, hash = 0, authentication = 0, group = 0, key_length = 0;
  uint32_t life_seconds = 0;  // 0: none was offered
  bool unknown_attribute = false;
  Bytes attributes;  // as offered: the answer repeats them unchanged (RFC 2409 section 5)
};

struct OfferV1 {
  uint32_t doi = 1;
  uint32_t situation = 1;
  uint8_t proposal_number = 1;
  Bytes spi;
  std::vector<Suite> suites;
};

std::optional<OfferV1> ReadSaV1(View body);
Bytes WriteSaV1(const OfferV1& offer, const Suite& chosen);

}  // namespace responder
