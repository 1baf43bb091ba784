// The audit's report for a person: 80 columns, what is accepted strongest first, the findings with
// what to change. Pure function.
#pragma once

#include <string>

#include "probes/audit/audit_result.h"

namespace exporter {

std::string AuditText(const ike::AuditResult& result, bool colour);

}  // namespace exporter
