// What to change in the configuration of the usual gateways against a finding. Called by what shows
// findings (text, JSON, pages); made when shown, so that audits that are kept stay small. Pure
// functions over constant tables, any thread.
#pragma once

#include <string>
#include <vector>

#include "probes/algorithms/registry.h"
#include "probes/audit/audit_result.h"

namespace ike {

// One line for each gateway that has a setting for it: "Cisco ASA: take 3des out of …".
std::vector<std::string> VendorAdvice(const Algorithm& row);

// The finding's own advice, then that for the other gateways.
std::vector<std::string> AdviceLines(const Finding& finding);
// The same in one line.
std::string AdviceText(const Finding& finding);

}  // namespace ike
