// [policies.NAME]: a user's own policy (user_policy.h), from a table of the file. Called by load.cc
// while a file is read; of that thread. What is wrong with the table goes to its problems.
#pragma once

#include "config/user_policy.h"
#include "config/value.h"

namespace config {

// REQUIRES: policy.name is set. Reports its own problems.
void ReadPolicyTable(const Value& value, UserPolicy& policy);

}  // namespace config
