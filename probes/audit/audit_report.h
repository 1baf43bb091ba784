// Makes the result of an audit out of what was found: completeness, post-quantum readiness, and the
// findings of a policy with what to change. Called by the audit judge of the exporter and by tests.
// Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "probes/algorithms/policy.h"
#include "probes/audit/audit_result.h"

namespace ike {

// Fills everything that follows from result->versions, which must be set: success, complete,
// requests, implementation, post_quantum, policy, findings, compliant.
void JudgeAudit(const Policy& policy, AuditResult* result);

// What the policy objects to, the worst first. A version that merely refused everything has not
// accepted anything, and an endpoint that accepts nothing gives nothing to judge. Without an
// unknown this is everything.
std::vector<Finding> Assess(const Policy& policy, const AuditResult& result);

// What to change in a gateway's configuration so that it no longer accepts `row`, in the keywords
// of strongSwan and libreswan.
std::string AdviceAgainst(const Algorithm& row, const PolicyTable& policy);

}  // namespace ike
