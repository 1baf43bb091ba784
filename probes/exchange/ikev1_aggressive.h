// Ikev1Aggressive: the first two messages of Aggressive Mode (RFC 2409 section 5): HDR, SA, KE,
// Nonce and ID each way. The answer also holds HASH or SIG, which are neither looked at nor kept.
// Made and called by Exchange; of one thread.
#pragma once

#include "probes/exchange/ikev1_dialogue.h"

namespace ike {

class Ikev1Aggressive final : public Ikev1Dialogue {
 protected:
  bool IsComplete(const Ikev1Answer& answer) const override;
};

}  // namespace ike
