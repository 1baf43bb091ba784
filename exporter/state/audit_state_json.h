// One target's audits as the state file keeps them: complete and by number, unlike the JSON of the
// API (exporter/json/audit_json.h), which is for readers. Of an answer's details only the vendor
// ids are kept. Pure functions but for the reasons of undecidable algorithms, which are kept for
// ever.
#pragma once

#include <optional>
#include <string>

#include "exporter/json/probe_json.h"
#include "exporter/targets/store.h"
#include "probes/audit/audit_result.h"

namespace exporter {

Json AuditResultState(const ike::AuditResult& result);
// Absent where anything is missing, of another type or out of range.
std::optional<ike::AuditResult> ReadAuditResult(const Json& json);

// A suite: its numbers in the order of the struct.
Json SuiteState(const ike::Ikev1Suite& suite);
Json SuiteState(const ike::Ikev2Suite& suite);
bool ReadSuite(const Json& json, ike::Ikev1Suite* suite);
bool ReadSuite(const Json& json, ike::Ikev2Suite* suite);

// A name that this program does not know (any more) is no damage. Zero is "unknown".
size_t ImplementationIndex(const std::string& name);

}  // namespace exporter
