#include "probes/audit/audit_report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "probes/algorithms/vendor_ids.h"

namespace ike {
namespace {

constexpr uint16_t kMlKem768 = 36;
constexpr uint16_t kAggressive = 4;
constexpr uint16_t kPsk = 1;
constexpr uint16_t kXauthInitPreShared = 65001;

bool Accepts(const VersionAudit& audit, bool (*is)(const AlgorithmId&)) {
  return std::ranges::any_of(audit.accepted, is);
}

bool IsPostQuantumMethod(const AlgorithmId& id) {
  return (id.kind == Kind::kDh || id.kind == Kind::kAdditionalKe) && IsPostQuantum(id.id);
}

std::string NameOf(const Algorithm* row, const AlgorithmId& id) {
  return row == nullptr ? std::to_string(id.id) : std::string(row->name);
}

std::string ReasonOf(const Algorithm* row, const Policy& policy, const PolicyOpinion& opinion) {
  std::string reason = "accepted; " + policy.name() + " says: " + opinion.level;
  if (row != nullptr && !row->reason.empty()) reason += " (" + std::string(row->reason) + ")";
  return reason;
}

Finding MakeFinding(IkeVersion version, const AlgorithmId& id, const Policy& policy,
                    PolicyOpinion opinion) {
  const Algorithm* row = FindAnswered(version, id.kind, id.id, id.key_length);
  Finding finding;
  finding.version = version;
  finding.kind = id.kind;
  finding.id = id.id;
  finding.algorithm = NameOf(row, id);
  finding.key_length = id.key_length;
  finding.reason = ReasonOf(row, policy, opinion);
  finding.level = std::move(opinion.level);
  finding.reference = std::move(opinion.reference);
  finding.draft = opinion.draft;
  if (row != nullptr) finding.advice = AdviceAgainst(*row, policy.table());
  return finding;
}

void Consider(IkeVersion version, const AlgorithmId& id, const Policy& policy,
              std::vector<Finding>* findings) {
  PolicyOpinion opinion = policy.Judge(version, id.kind, id.id, id.key_length);
  if (!opinion.violation) return;
  findings->push_back(MakeFinding(version, id, policy, std::move(opinion)));
}

// Whether the hash of a pre-shared key is shown; refused for the identity only, one was offered.
bool ShowsPskHash(const VersionAudit& audit) {
  if (!audit.aggressive_mode) return false;
  if (!audit.aggressive_suite) return true;
  uint16_t method = audit.aggressive_suite->authentication;
  return method == kPsk || method == kXauthInitPreShared;
}

void AssessVersion(IkeVersion version, const VersionAudit& audit, const Policy& policy,
                   std::vector<Finding>* findings) {
  if (!audit.accepts_something()) return;
  Consider(version, {Kind::kProtocol, static_cast<uint16_t>(version), 0}, policy, findings);
  if (ShowsPskHash(audit)) Consider(version, {Kind::kMode, kAggressive, 0}, policy, findings);
  for (const AlgorithmId& id : audit.accepted) Consider(version, id, policy, findings);
}

Finding MissingPostQuantum(const Policy& policy) {
  Finding finding;
  finding.version = IkeVersion::kV2;
  finding.kind = Kind::kAdditionalKe;
  finding.id = kMlKem768;
  finding.algorithm = "ML-KEM";
  finding.level = "missing";
  finding.reason = "no post-quantum key exchange is accepted; " + policy.name() + " requires one";
  finding.reference = policy.table().post_quantum_reference;
  finding.draft = policy.table().post_quantum_draft;
  finding.advice =
      "strongSwan 6: append -ke1_mlkem768 or -ke1_mlkem1024 to the proposals; libreswan 5.4: "
      "append "
      ";addke1=ml_kem_768 or ;addke1=ml_kem_1024 to those of ike=, with intermediate=yes";
  return finding;
}

// Policy first and verdict second would hide what is broken: so the registry's verdict, then kind.
auto SeverityOf(const Finding& finding) {
  const Algorithm* row =
      FindAnswered(finding.version, finding.kind, finding.id, finding.key_length);
  int verdict = row == nullptr ? 0 : static_cast<int>(row->verdict);
  bool general = finding.kind == Kind::kProtocol || finding.kind == Kind::kMode;
  return std::tuple(!general, -verdict, finding.version, finding.kind, finding.id,
                    finding.key_length);
}

uint16_t ImplementationIndex(const AuditResult& result) {
  std::span<const std::string_view> all = Implementations();
  for (const std::optional<VersionAudit>& version : result.versions) {
    if (!version || !version->answered) continue;
    auto found = std::ranges::find(all, version->implementation);
    if (found != all.end() && found != all.begin()) {
      return static_cast<uint16_t>(found - all.begin());
    }
  }
  return 0;
}

// A version that never answered while the other did does not make the audit incomplete.
bool IsComplete(const AuditResult& result) {
  bool any = false;
  for (const std::optional<VersionAudit>& version : result.versions) {
    if (!version || !version->answered) continue;
    if (!version->complete) return false;
    any = true;
  }
  return any;
}

std::string Removal(std::string_view daemon, std::string_view keyword, std::string_view setting,
                    std::string_view example) {
  if (keyword.empty()) return "";
  std::string advice(daemon);
  advice += ": take " + std::string(keyword) + " out of " + std::string(setting);
  if (!example.empty()) advice += " (complies: " + std::string(example) + ")";
  return advice;
}

std::string Joined(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first + "; " + second;
}

std::string AdviceOnMethods(const Algorithm& row) {
  if (row.id == kPsk) return "strongSwan: local.auth = pubkey; libreswan: authby=rsasig";
  return "let the gateway use certificates (strongSwan: auth = pubkey; libreswan: authby=rsasig)";
}

}  // namespace

std::string AdviceAgainst(const Algorithm& row, const PolicyTable& policy) {
  if (row.kind == Kind::kProtocol) {
    return "strongSwan: version = 2; libreswan: ikev2=insist and ikev1-policy=drop";
  }
  if (row.kind == Kind::kMode) return "strongSwan: aggressive = no; libreswan: aggressive=no";
  if (row.kind == Kind::kAuthentication) return AdviceOnMethods(row);
  // strongSwan derives the PRF of a proposal that names none from its integrity algorithm.
  std::string_view proposals =
      row.kind == Kind::kPrf ? "proposals, also where its integrity implies it" : "proposals";
  std::string advice =
      Joined(Removal("strongSwan", row.strongswan, proposals, policy.strongswan_example),
             Removal("libreswan", row.libreswan, "ike=", policy.libreswan_example));
  return advice.empty() ? "take it out of the gateway's proposals" : advice;
}

std::vector<Finding> Assess(const Policy& policy, const AuditResult& result) {
  std::vector<Finding> findings;
  if (!result.accepts_something()) return findings;
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    const std::optional<VersionAudit>& audit = result.of(version);
    if (audit && audit->answered) AssessVersion(version, *audit, policy, &findings);
  }
  const std::optional<VersionAudit>& v2 = result.of(IkeVersion::kV2);
  bool decided = v2 && (v2->answered ? v2->complete : result.success);
  if (policy.require_post_quantum() && decided && !result.post_quantum) {
    findings.push_back(MissingPostQuantum(policy));
  }
  std::ranges::stable_sort(findings, {}, SeverityOf);
  return findings;
}

void JudgeAudit(const Policy& policy, AuditResult* result) {
  result->policy = policy.name();
  result->success = false;
  result->requests = 0;
  result->post_quantum = false;
  for (const std::optional<VersionAudit>& version : result->versions) {
    if (!version) continue;
    result->requests += version->requests;
    result->success |= version->answered;
    result->post_quantum |= Accepts(*version, IsPostQuantumMethod);
  }
  result->complete = IsComplete(*result);
  result->implementation = ImplementationIndex(*result);
  result->findings = Assess(policy, *result);
  result->compliant.reset();
  if (!result->findings.empty()) {
    result->compliant = false;
  } else if (result->complete && result->accepts_something()) {
    result->compliant = true;
  }
}

}  // namespace ike
