#include "exporter/state/audit_state_json.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "exporter/json/json_fields.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;

// Reasons are constants of the audit, so there are few; a file full of others gets no memory.
constexpr size_t kMostReasons = 256;
constexpr size_t kLongestReason = 1000;

// A text as it lives in the program for ever.
std::string_view Immortal(const std::string& text) {
  static std::mutex mutex;
  static auto* const texts = new std::set<std::string, std::less<>>;
  std::lock_guard lock(mutex);
  if (auto known = texts->find(text); known != texts->end()) return *known;
  if (texts->size() >= kMostReasons || text.size() > kLongestReason) return "undecidable";
  return *texts->insert(text).first;
}

// An algorithm: [kind, id, bits].
Json AlgorithmState(const ike::AlgorithmId& algorithm) {
  return Json::array({ike::KindName(algorithm.kind), algorithm.id, algorithm.key_length});
}

std::optional<ike::Kind> KindOf(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  auto found = std::find(ike::kKindNames.begin(), ike::kKindNames.end(), text);
  if (found == ike::kKindNames.end()) return std::nullopt;
  return static_cast<ike::Kind>(found - ike::kKindNames.begin());
}

bool ReadAlgorithm(const Json& json, ike::AlgorithmId* algorithm) {
  if (!json.is_array() || json.size() < 3) return false;
  auto kind = KindOf(json[0]);
  if (!kind) return false;
  algorithm->kind = *kind;
  return TakeNumber(json[1], &algorithm->id) && TakeNumber(json[2], &algorithm->key_length);
}

template <typename Value, typename Write>
Json ListState(const std::vector<Value>& values, Write write) {
  Json json = Json::array();
  for (const Value& value : values) json.push_back(write(value));
  return json;
}

template <typename Value, typename Read>
void ReadList(JsonFields* fields, const char* key, std::vector<Value>* values, Read read) {
  for (const Json& element : fields->List(key)) {
    Value value{};
    fields->Require(read(element, &value));
    if (!fields->ok()) return;
    values->push_back(std::move(value));
  }
}

bool ReadUndecidable(const Json& json, ike::Undecidable* undecidable) {
  if (!json.is_array() || json.size() != 4 || !json[3].is_string()) return false;
  undecidable->why = Immortal(json[3].get_ref<const std::string&>());
  return ReadAlgorithm(json, &undecidable->algorithm);
}

std::string Hex(const ike::Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<uint8_t> HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<uint8_t>(digit - 'a' + 10);
  return std::nullopt;
}

bool ReadHex(const Json& json, ike::Bytes* bytes) {
  if (!json.is_string()) return false;
  const auto& text = json.get_ref<const std::string&>();
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    auto high = HexDigit(text[i]);
    auto low = HexDigit(text[i + 1]);
    if (!high || !low) return false;
    bytes->push_back(static_cast<uint8_t>(*high << 4 | *low));
  }
  return true;
}

Json VersionAuditState(const ike::VersionAudit& audit) {
  Json json{{"answered", audit.answered}, {"complete", audit.complete}};
  json["accepted"] = ListState(audit.accepted, AlgorithmState);
  json["unknown"] = ListState(audit.unknown, AlgorithmState);
  json["undecidable"] = ListState(audit.undecidable, [](const ike::Undecidable& undecidable) {
    Json row = AlgorithmState(undecidable.algorithm);
    row.push_back(undecidable.why);
    return row;
  });
  json["ikev2Suites"] =
      ListState(audit.ikev2_suites, [](const ike::Ikev2Suite& suite) { return SuiteState(suite); });
  json["ikev1Suites"] =
      ListState(audit.ikev1_suites, [](const ike::Ikev1Suite& suite) { return SuiteState(suite); });
  json["mainMode"] = audit.main_mode;
  json["aggressiveMode"] = audit.aggressive_mode;
  if (audit.aggressive_suite) json["aggressiveSuite"] = SuiteState(*audit.aggressive_suite);
  json["requests"] = audit.requests;
  json["vendorIds"] = ListState(audit.responder.vendor_ids, Hex);
  json["implementation"] = audit.implementation;
  return json;
}

std::optional<ike::VersionAudit> ReadVersion(const Json& json) {
  JsonFields fields(json);
  ike::VersionAudit audit;
  std::string implementation;
  fields.Get("answered", &audit.answered);
  fields.Get("complete", &audit.complete);
  ReadList(&fields, "accepted", &audit.accepted, ReadAlgorithm);
  ReadList(&fields, "unknown", &audit.unknown, ReadAlgorithm);
  ReadList(&fields, "undecidable", &audit.undecidable, ReadUndecidable);
  ReadList(&fields, "ikev2Suites", &audit.ikev2_suites,
           [](const Json& row, ike::Ikev2Suite* suite) { return ReadSuite(row, suite); });
  ReadList(&fields, "ikev1Suites", &audit.ikev1_suites,
           [](const Json& row, ike::Ikev1Suite* suite) { return ReadSuite(row, suite); });
  fields.Get("mainMode", &audit.main_mode);
  fields.Get("aggressiveMode", &audit.aggressive_mode);
  if (const Json* suite = fields.Find("aggressiveSuite")) {
    fields.Require(ReadSuite(*suite, &audit.aggressive_suite.emplace()));
  }
  fields.Get("requests", &audit.requests);
  ReadList(&fields, "vendorIds", &audit.responder.vendor_ids, ReadHex);
  fields.Get("implementation", &implementation);
  if (!fields.ok()) return std::nullopt;
  audit.implementation = ike::Implementations()[ImplementationIndex(implementation)];
  return audit;
}

Json FindingState(const ike::Finding& finding) {
  return Json{{"version", static_cast<unsigned>(finding.version)},
              {"kind", ike::KindName(finding.kind)},
              {"id", finding.id},
              {"algorithm", finding.algorithm},
              {"keyLength", finding.key_length},
              {"level", finding.level},
              {"reason", finding.reason},
              {"reference", finding.reference},
              {"advice", finding.advice},
              {"draft", finding.draft}};
}

bool ReadFinding(const Json& json, ike::Finding* finding) {
  JsonFields fields(json);
  uint8_t version = 0;
  fields.Get("version", &version);
  fields.Require(version == 1 || version == 2);
  finding->version = static_cast<IkeVersion>(version);
  finding->kind = static_cast<ike::Kind>(fields.GetName("kind", ike::kKindNames));
  fields.Get("id", &finding->id);
  fields.Get("algorithm", &finding->algorithm);
  fields.Get("keyLength", &finding->key_length);
  fields.Get("level", &finding->level);
  fields.Get("reason", &finding->reason);
  fields.Get("reference", &finding->reference);
  fields.Get("advice", &finding->advice);
  fields.Get("draft", &finding->draft);
  return fields.ok();
}

void ReadSummary(JsonFields* fields, ike::AuditResult* result) {
  uint8_t reason = 0;
  uint64_t nanoseconds = 0;
  std::string implementation;
  fields->Get("host", &result->host);
  fields->Get("port", &result->port);
  fields->Get("success", &result->success);
  fields->Get("error", &result->error);
  fields->Get("reason", &reason);
  fields->Require(reason < ike::kReasonCount);
  fields->Get("complete", &result->complete);
  fields->Get("policy", &result->policy);
  fields->Get("postQuantum", &result->post_quantum);
  fields->Get("requests", &result->requests);
  fields->Get("durationNs", &nanoseconds);
  fields->Require(nanoseconds <= static_cast<uint64_t>(INT64_MAX));
  fields->Get("implementation", &implementation);
  if (!fields->ok()) return;
  result->reason = static_cast<ike::Reason>(reason);
  result->duration = ike::Duration(static_cast<int64_t>(nanoseconds));
  result->implementation = static_cast<uint16_t>(ImplementationIndex(implementation));
}

constexpr std::array<const char*, std::tuple_size_v<decltype(ike::AuditResult::versions)>>
    kVersionKeys = {"ikev1", "ikev2"};

}  // namespace

Json SuiteState(const ike::Ikev2Suite& suite) {
  Json json =
      Json::array({suite.encryption, suite.key_length, suite.integrity, suite.prf, suite.group});
  for (uint16_t group : suite.additional_ke) json.push_back(group);
  json.push_back(suite.proposal_number);
  return json;
}

bool ReadSuite(const Json& json, ike::Ikev2Suite* suite) {
  constexpr size_t kFirstAdditional = 5;
  constexpr size_t kNumber = kFirstAdditional + ike::kAdditionalKeyExchangeSlots;
  if (!json.is_array() || json.size() != kNumber + 1) return false;
  for (size_t i = 0; i < ike::kAdditionalKeyExchangeSlots; ++i) {
    if (!TakeNumber(json[kFirstAdditional + i], &suite->additional_ke[i])) return false;
  }
  return TakeNumber(json[0], &suite->encryption) && TakeNumber(json[1], &suite->key_length) &&
         TakeNumber(json[2], &suite->integrity) && TakeNumber(json[3], &suite->prf) &&
         TakeNumber(json[4], &suite->group) && TakeNumber(json[kNumber], &suite->proposal_number);
}

Json SuiteState(const ike::Ikev1Suite& suite) {
  return Json::array({suite.encryption, suite.key_length, suite.hash, suite.authentication,
                      suite.group, suite.life_seconds});
}

bool ReadSuite(const Json& json, ike::Ikev1Suite* suite) {
  if (!json.is_array() || json.size() != 6) return false;
  return TakeNumber(json[0], &suite->encryption) && TakeNumber(json[1], &suite->key_length) &&
         TakeNumber(json[2], &suite->hash) && TakeNumber(json[3], &suite->authentication) &&
         TakeNumber(json[4], &suite->group) && TakeNumber(json[5], &suite->life_seconds);
}

size_t ImplementationIndex(const std::string& name) {
  auto names = ike::Implementations();
  auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : static_cast<size_t>(found - names.begin());
}

Json AuditResultState(const ike::AuditResult& result) {
  Json json{{"host", result.host},
            {"port", result.port},
            {"success", result.success},
            {"error", result.error},
            {"reason", static_cast<unsigned>(result.reason)},
            {"complete", result.complete},
            {"policy", result.policy},
            {"postQuantum", result.post_quantum},
            {"requests", result.requests},
            {"durationNs", static_cast<uint64_t>(std::max<int64_t>(0, result.duration.count()))},
            {"implementation", ike::Implementations()[result.implementation]}};
  if (result.compliant) json["compliant"] = *result.compliant;
  for (size_t i = 0; i < kVersionKeys.size(); ++i) {
    if (result.versions[i]) json[kVersionKeys[i]] = VersionAuditState(*result.versions[i]);
  }
  json["findings"] = ListState(result.findings, FindingState);
  return json;
}

std::optional<ike::AuditResult> ReadAuditResult(const Json& json) {
  JsonFields fields(json);
  ike::AuditResult result;
  ReadSummary(&fields, &result);
  if (fields.Find("compliant") != nullptr) fields.Get("compliant", &result.compliant.emplace());
  for (size_t i = 0; i < kVersionKeys.size(); ++i) {
    const Json* version = fields.Find(kVersionKeys[i]);
    if (version == nullptr) continue;
    result.versions[i] = ReadVersion(*version);
    fields.Require(result.versions[i].has_value());
  }
  ReadList(&fields, "findings", &result.findings, ReadFinding);
  if (!fields.ok()) return std::nullopt;
  return result;
}

}  // namespace exporter
