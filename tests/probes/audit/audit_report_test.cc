#include "probes/audit/audit_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "probes/algorithms/vendor_ids.h"

namespace ike {
namespace {

constexpr AlgorithmId kGcm256{Kind::kEncryption, 20, 256};
constexpr AlgorithmId kPrfSha384{Kind::kPrf, 6, 0};
constexpr AlgorithmId kEcp384{Kind::kDh, 20, 0};
constexpr AlgorithmId k3Des{Kind::kEncryption, 3, 0};
constexpr AlgorithmId kModp1024{Kind::kDh, 2, 0};

VersionAudit Answered(std::vector<AlgorithmId> accepted) {
  VersionAudit audit;
  audit.answered = audit.complete = true;
  audit.accepted = std::move(accepted);
  audit.requests = 11;
  return audit;
}

AuditResult Judged(VersionAudit v1, VersionAudit v2, const Policy& policy = Policy("ietf")) {
  AuditResult result;
  result.versions = {std::move(v1), std::move(v2)};
  JudgeAudit(policy, &result);
  return result;
}

const Finding* FindingOn(const AuditResult& result, Kind kind, uint16_t id) {
  auto found = std::ranges::find_if(result.findings,
                                    [&](const Finding& f) { return f.kind == kind && f.id == id; });
  return found == result.findings.end() ? nullptr : &*found;
}

TEST(AuditReport, StrongAndCompleteIsCompliant) {
  AuditResult result = Judged({}, Answered({kGcm256, kPrfSha384, kEcp384}));
  EXPECT_TRUE(result.success);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.compliant, true);
  EXPECT_TRUE(result.findings.empty());
  EXPECT_EQ(result.policy, "ietf");
  EXPECT_EQ(result.requests, 11u);
}

TEST(AuditReport, FindingsNameWhatToChange) {
  AuditResult result = Judged({}, Answered({kGcm256, kModp1024}));
  EXPECT_EQ(result.compliant, false);
  const Finding* finding = FindingOn(result, Kind::kDh, 2);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->algorithm, "1024-bit MODP Group");
  EXPECT_EQ(finding->level, "SHOULD NOT");
  EXPECT_EQ(finding->reference, "RFC 8247 section 2.4");
  EXPECT_NE(finding->reason.find("Logjam"), std::string::npos);
  EXPECT_NE(finding->advice.find("strongSwan: take modp1024 out of proposals"), std::string::npos);
  EXPECT_NE(finding->advice.find("libreswan: take modp1024 out of ike="), std::string::npos);
  EXPECT_FALSE(finding->draft);
}

TEST(AuditReport, IncompleteIsNeverCompliant) {
  VersionAudit v2 = Answered({kGcm256});
  v2.complete = false;
  v2.unknown = {k3Des};
  AuditResult result = Judged({}, v2);
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.compliant.has_value());
  v2.accepted.push_back(kModp1024);
  EXPECT_EQ(Judged({}, v2).compliant, false);
}

TEST(AuditReport, NothingAcceptedIsNothingJudged) {
  for (const char* policy : {"ietf", "cnsa2"}) {
    AuditResult result = Judged(Answered({}), Answered({}), Policy(policy));
    EXPECT_TRUE(result.success);
    EXPECT_TRUE(result.complete);
    EXPECT_FALSE(result.compliant.has_value()) << policy;
    EXPECT_TRUE(result.findings.empty()) << policy;
  }
}

TEST(AuditReport, NobodyAnsweredIsNothing) {
  AuditResult result = Judged({}, {});
  EXPECT_FALSE(result.success);
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.compliant.has_value());
}

TEST(AuditReport, RefusingIkev1IsNotAcceptingIt) {
  AuditResult refused = Judged(Answered({}), Answered({kGcm256, kEcp384}));
  EXPECT_EQ(refused.compliant, true);
  VersionAudit v1 =
      Answered({{Kind::kEncryption, 7, 256}, {Kind::kHash, 4, 0}, {Kind::kDh, 14, 0}});
  v1.main_mode = true;
  AuditResult accepted = Judged(v1, Answered({kGcm256, kEcp384}));
  ASSERT_EQ(accepted.findings.size(), 1u);
  EXPECT_EQ(accepted.findings[0].kind, Kind::kProtocol);
  EXPECT_NE(accepted.findings[0].advice.find("version = 2"), std::string::npos);
}

TEST(AuditReport, AggressiveModeWithAPskIsAFinding) {
  VersionAudit v1 = Answered({});
  v1.aggressive_mode = true;  // refused for the identity only
  EXPECT_NE(FindingOn(Judged(v1, {}), Kind::kMode, 4), nullptr);
  v1.aggressive_suite = Ikev1Suite{5, 0, 2, 1, 2, 28800};
  EXPECT_NE(FindingOn(Judged(v1, {}), Kind::kMode, 4), nullptr);
  v1.aggressive_suite->authentication = 65001;  // with XAUTH: the hash comes before the user
  EXPECT_NE(FindingOn(Judged(v1, {}), Kind::kMode, 4), nullptr);
  v1.aggressive_suite->authentication = 3;  // RSA signatures show no hash of a secret
  EXPECT_EQ(FindingOn(Judged(v1, {}), Kind::kMode, 4), nullptr);
}

TEST(AuditReport, PostQuantum) {
  EXPECT_FALSE(Judged({}, Answered({kGcm256, kEcp384})).post_quantum);
  VersionAudit hybrid = Answered({kGcm256, kPrfSha384, kEcp384, {Kind::kAdditionalKe, 37, 0}});
  AuditResult result = Judged({}, hybrid, Policy("cnsa2"));
  EXPECT_TRUE(result.post_quantum);
  EXPECT_EQ(result.compliant, true);
}

TEST(AuditReport, MissingPostQuantumIsAFindingWhereItIsRequired) {
  AuditResult result = Judged({}, Answered({kGcm256, kPrfSha384, kEcp384}), Policy("cnsa2"));
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].level, "missing");
  EXPECT_TRUE(result.findings[0].draft) << "what requires it could not be read either";
  EXPECT_NE(result.findings[0].advice.find(";addke1=ml_kem_1024"), std::string::npos);
  EXPECT_EQ(result.compliant, false);
}

TEST(AuditReport, DraftRulesSaySo) {
  AuditResult result = Judged({}, Answered({k3Des, kEcp384}), Policy("cnsa2"));
  const Finding* finding = FindingOn(result, Kind::kEncryption, 3);
  ASSERT_NE(finding, nullptr);
  EXPECT_TRUE(finding->draft);
}

TEST(AuditReport, TheWorstComesFirst) {
  VersionAudit v2 = Answered({{Kind::kEncryption, 2, 0}, {Kind::kPrf, 1, 0}, kModp1024});
  VersionAudit v1 = Answered({{Kind::kDh, 5, 0}});
  v1.main_mode = true;
  AuditResult result = Judged(v1, v2);
  ASSERT_EQ(result.findings.size(), 5u);
  EXPECT_EQ(result.findings[0].kind, Kind::kProtocol);
  EXPECT_EQ(result.findings[1].kind, Kind::kEncryption);  // DES is broken
  EXPECT_EQ(result.findings[2].kind, Kind::kPrf);         // MD5 too
}

TEST(AuditReport, NamesTheImplementationThatAnswered) {
  VersionAudit silent;
  silent.implementation = Implementations()[1];
  VersionAudit v2 = Answered({kGcm256});
  EXPECT_EQ(Judged(silent, v2).implementation, 0);
  v2.implementation = Implementations()[2];
  EXPECT_EQ(Judged(silent, v2).implementation, 2);
  v2.implementation = "nobody's";
  EXPECT_EQ(Judged(silent, v2).implementation, 0);
}

TEST(AuditReport, AdviceAgainstWaysToAuthenticate) {
  const PolicyTable& table = Policy("ietf").table();
  const Algorithm* psk = FindAlgorithm(IkeVersion::kV1, Kind::kAuthentication, 1, 0);
  const Algorithm* rsa_encryption = FindAlgorithm(IkeVersion::kV1, Kind::kAuthentication, 4, 0);
  ASSERT_TRUE(psk != nullptr && rsa_encryption != nullptr);
  EXPECT_NE(AdviceAgainst(*psk, table).find("local.auth = pubkey"), std::string::npos);
  EXPECT_NE(AdviceAgainst(*rsa_encryption, table).find("certificates"), std::string::npos);
}

}  // namespace
}  // namespace ike
