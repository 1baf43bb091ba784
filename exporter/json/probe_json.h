// The JSON of single probes (contract section 4), for the API and the command line. Pure functions;
// fields that do not apply are left out. Nothing of an Aggressive Mode answer but what the contract
// names ever gets in.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "exporter/targets/probe_result.h"
#include "probes/exchange/outcome.h"

namespace ike {
struct AuditResult;
}

namespace exporter {

using Json = nlohmann::ordered_json;

// On one line. What is no UTF-8, which endpoints may send, is replaced.
std::string JsonText(const Json& json);

struct ProbedHost {
  std::string host;  // as it was asked for
  uint16_t port = 0;
  ike::IpAddress address{};  // what was probed; none: it is not known
};

// The body of an error: {"success": false, "host", "port", "error", "reason"}.
Json ErrorJson(const ProbedHost& host, const std::string& error, std::string_view reason);

// /api/ike/probe: one IKEv1 exchange that was answered.
Json Ikev1ProbeJson(const ProbedHost& host, const ike::Outcome& outcome);

// /api/ike/v2-sa: one IKE_SA_INIT that was answered.
Json Ikev2SaJson(const ProbedHost& host, const ike::Outcome& outcome);

// Where the answer is from and, if it is an earlier one, how old (contract section 4).
void AddProvenance(const ProbeResult& result, Json* json);

// /api/ike/version: both together ([version - 1]), at least one of them answered. Whether a
// proposal was chosen is left out of a version that was offered none that could be.
Json VersionJson(const ProbedHost& host, const std::array<std::optional<ProbeResult>, 2>& versions);

Json VendorIdsJson(const ike::AnswerDetails& details);
// The names of the bits.
Json QuirksJson(uint16_t quirks);
// Names of the known vendor ids, without repetition.
Json VendorsJson(const ike::AnswerDetails& details);
// What unknown ones say in ASCII, without repetition.
Json VendorTextsJson(const ike::AnswerDetails& details);

}  // namespace exporter
