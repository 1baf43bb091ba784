// The rows of the built-in policies, one file each, and the words that they are written in. Used by
// policy.cc and those files alone. Constant tables, any thread.
#pragma once

#include "probes/algorithms/policy.h"

namespace ike {

extern const PolicyTable kIetfPolicy;
extern const PolicyTable kNistPolicy;
extern const PolicyTable kBsiPolicy;
extern const PolicyTable kCnsa2Policy;

// Numbers of IKEv2's registries, where rows read better with a name.
inline constexpr uint16_t kAllNumbers = UINT16_MAX;
inline constexpr bool kAllow = true;
inline constexpr bool kForbid = false;
inline constexpr bool kChecked = false;
inline constexpr bool kDraft = true;

// IKEv1's numbers of kMode and kProtocol.
inline constexpr uint16_t kAggressiveMode = 4;
inline constexpr uint16_t kIkev1Protocol = 1;

}  // namespace ike
