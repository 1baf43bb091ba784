// [policies.NAME]: a user's own policy (user_policy.h). Used by load.cc.
#pragma once

#include "config/user_policy.h"
#include "config/value.h"

namespace config {

// REQUIRES: policy.name is set. Reports its own problems.
void ReadPolicyTable(const Value& value, UserPolicy& policy);

}  // namespace config
