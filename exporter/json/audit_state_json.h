// One target's audits as the state file keeps them: complete and by number, unlike the JSON of the
// API (exporter/json/audit_json.h), which is for readers. Of an answer's details only the vendor
// ids are kept. Pure functions but for the reasons of undecidable algorithms, which are kept for
// ever.
#pragma once

#include <optional>

#include "exporter/json/probe_json.h"
#include "exporter/store.h"
#include "probes/audit_result.h"

namespace exporter {

Json AuditResultState(const ike::AuditResult& result);
// Absent where anything is missing, of another type or out of range.
std::optional<ike::AuditResult> ReadAuditResult(const Json& json);

}  // namespace exporter
