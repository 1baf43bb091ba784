// Ikev1Main: the first two messages of Main Mode (RFC 2409 section 5): HDR, SA and vendor ids each
// way. The key exchange that follows is never begun. Made and called by Exchange; of one thread.
#pragma once

#include "probes/exchange/ikev1_dialogue.h"

namespace ike {

class Ikev1Main final : public Ikev1Dialogue {
 protected:
  bool IsComplete(const Ikev1Answer& answer) const override;
};

}  // namespace ike
