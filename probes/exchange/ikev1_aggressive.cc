#include "probes/exchange/ikev1_aggressive.h"

namespace ike {

bool Ikev1Aggressive::IsComplete(const Ikev1Answer& answer) const {
  return answer.has_key_exchange && answer.has_nonce && answer.has_identity;
}

}  // namespace ike
