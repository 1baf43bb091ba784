#include "exporter/json/audit_json.h"

#include <algorithm>
#include <utility>

#include "exporter/base/number_text.h"
#include "probes/algorithms/suite_text.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit/vendor_advice.h"

namespace exporter {
namespace {

using ike::IkeVersion;

Json AlgorithmJson(IkeVersion version, const ike::AlgorithmId& id) {
  const ike::Algorithm* row = ike::FindAlgorithm(version, id.kind, id.id, id.key_length);
  Json json{{"kind", ike::KindName(id.kind)}, {"id", id.id}};
  json["algorithm"] = row != nullptr ? std::string(row->name) : std::to_string(id.id);
  if (id.key_length != 0) json["keyLength"] = id.key_length;
  if (row == nullptr) return json;
  if (row->strength_bits != 0) json["strength"] = row->strength_bits;
  json["verdict"] = ike::VerdictName(row->verdict);
  return json;
}

// Main and Aggressive Mode may select the same with other lifetimes, which the text does not show.
template <typename Suites>
void AddSuites(const Suites& suites, Json* texts) {
  for (const auto& suite : suites) {
    Json text = ike::SuiteText(suite);
    if (std::find(texts->begin(), texts->end(), text) == texts->end()) {
      texts->push_back(std::move(text));
    }
  }
}

Json SuitesJson(const ike::VersionAudit& audit) {
  Json texts = Json::array();
  AddSuites(audit.ikev2_suites, &texts);
  AddSuites(audit.ikev1_suites, &texts);
  return texts;
}

Json VersionAuditJson(IkeVersion version, const ike::VersionAudit& audit) {
  Json json{{"answered", audit.answered}, {"complete", audit.complete}};
  json["accepted"] = Json::array();
  for (const auto& id : audit.accepted) json["accepted"].push_back(AlgorithmJson(version, id));
  json["unknown"] = Json::array();
  for (const auto& id : audit.unknown) json["unknown"].push_back(AlgorithmJson(version, id));
  json["undecidable"] = Json::array();
  for (const ike::Undecidable& undecidable : audit.undecidable) {
    Json row = AlgorithmJson(version, undecidable.algorithm);
    row["why"] = undecidable.why;
    json["undecidable"].push_back(std::move(row));
  }
  json["suites"] = SuitesJson(audit);
  if (version == IkeVersion::kV2) return json;
  json["modes"] = Json::array();
  if (audit.main_mode) json["modes"].push_back("main");
  if (audit.aggressive_mode) json["modes"].push_back("aggressive");
  return json;
}

Json FindingJson(const ike::Finding& finding) {
  Json json{{"ikeVersion", static_cast<int>(finding.version)},
            {"kind", ike::KindName(finding.kind)},
            {"id", finding.id},
            {"algorithm", finding.algorithm}};
  if (finding.key_length != 0) json["keyLength"] = finding.key_length;
  json["level"] = finding.level;
  json["reason"] = finding.reason;
  json["reference"] = finding.reference;
  json["advice"] = ike::AdviceText(finding);
  if (finding.draft) json["draft"] = true;
  return json;
}

// What the versions' answers say of who answered, together.
Json ResponderJson(const ike::AuditResult& result) {
  ike::AnswerDetails all;
  for (const auto& audit : result.versions) {
    if (!audit) continue;
    const auto& ids = audit->responder.vendor_ids;
    all.vendor_ids.insert(all.vendor_ids.end(), ids.begin(), ids.end());
  }
  return Json{{"implementation", ike::Implementations()[result.implementation]},
              {"vendorIds", VendorIdsJson(all)},
              {"vendors", VendorsJson(all)}};
}

}  // namespace

Json AuditJson(const ike::AuditResult& result) {
  if (!result.success) {
    Json json = ErrorJson({result.host, result.port}, FailureSentence(result),
                          ike::ReasonName(result.reason));
    json["complete"] = false;
    json["requests"] = result.requests;
    json["durationMs"] = Milliseconds(result.duration);
    return json;
  }
  Json json{{"success", true}, {"host", result.host}, {"port", result.port}};
  json["complete"] = result.complete;
  json["policy"] = result.policy;
  if (result.compliant) json["compliant"] = *result.compliant;
  json["postQuantum"] = result.post_quantum;
  json["requests"] = result.requests;
  json["durationMs"] = Milliseconds(result.duration);
  json["responder"] = ResponderJson(result);
  if (result.of(IkeVersion::kV1)) {
    json["ikev1"] = VersionAuditJson(IkeVersion::kV1, *result.of(IkeVersion::kV1));
  }
  if (result.of(IkeVersion::kV2)) {
    json["ikev2"] = VersionAuditJson(IkeVersion::kV2, *result.of(IkeVersion::kV2));
  }
  json["findings"] = Json::array();
  for (const ike::Finding& finding : result.findings)
    json["findings"].push_back(FindingJson(finding));
  return json;
}

}  // namespace exporter
