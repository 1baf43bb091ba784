#include "probes/exchange/ikev1_main.h"

namespace ike {

bool Ikev1Main::IsComplete(const Ikev1Answer& /*answer*/) const { return true; }

}  // namespace ike
