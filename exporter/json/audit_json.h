// The JSON of an audit's result (contract section 4), for the API, the pages of a target and the
// command line. Pure functions.
#pragma once

#include "exporter/json/probe_json.h"
#include "probes/audit/audit_result.h"

namespace exporter {

Json AuditJson(const ike::AuditResult& result);

}  // namespace exporter
