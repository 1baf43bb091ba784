#include "exporter/targets/weak_history.h"

#include <gtest/gtest.h>

#include "exporter/state/weak_state_json.h"
#include "exporter/targets/audit_changes.h"
#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;

constexpr ike::AlgorithmId kSha1{Kind::kIntegrity, 2, 0};
constexpr ike::AlgorithmId kModp1024{Kind::kDh, 2, 0};
constexpr ike::AlgorithmId kEcp384{Kind::kDh, 20, 0};
constexpr std::array<bool, 2> kNoneSilent = {false, false};

const ike::Algorithm& Row(const ike::AlgorithmId& id, IkeVersion version = IkeVersion::kV2) {
  return *ike::FindAlgorithm(version, id.kind, id.id, id.key_length);
}

ike::VersionAudit Accepting(std::vector<ike::AlgorithmId> accepted) {
  ike::VersionAudit audit;
  audit.answered = audit.complete = true;
  audit.accepted = std::move(accepted);
  return audit;
}

ike::AuditResult Result(ike::VersionAudit v2) {
  ike::AuditResult result;
  result.success = result.complete = true;
  result.versions[1] = std::move(v2);
  return result;
}

ike::AuditResult Found(std::vector<ike::AlgorithmId> accepted) {
  return Result(Accepting(std::move(accepted)));
}

class WeakHistoryTest : public testing::Test {
 protected:
  std::optional<double> Since(const ike::AlgorithmId& id) { return weak_.SinceWhen(Row(id)); }

  WeakHistory weak_;
};

TEST_F(WeakHistoryTest, WhatTheFirstAuditFindsWasAlwaysThere) {
  weak_.Take(Found({kEcp384, kModp1024}), 1000, kNoneSilent);
  weak_.Take(Found({kEcp384, kModp1024}), 2000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 0);
}

TEST_F(WeakHistoryTest, WhatComesLaterHasTheTimeOfTheAuditThatFoundIt) {
  weak_.Take(Found({kEcp384}), 1000, kNoneSilent);
  weak_.Take(Found({kEcp384, kModp1024}), 2000, kNoneSilent);
  weak_.Take(Found({kEcp384, kModp1024}), 3000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 2000);
}

TEST_F(WeakHistoryTest, AStrongAlgorithmThatComesMakesNoOldOneNew) {
  weak_.Take(Found({kModp1024}), 1000, kNoneSilent);
  weak_.Take(Found({kModp1024, kEcp384}), 2000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 0);
}

TEST_F(WeakHistoryTest, WhatIsRefusedAndComesBackIsNewAgain) {
  weak_.Take(Found({kModp1024}), 1000, kNoneSilent);
  weak_.Take(Found({kEcp384}), 2000, kNoneSilent);
  weak_.Take(Found({kModp1024}), 3000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 3000);
}

TEST_F(WeakHistoryTest, TheUnknownInBetweenChangesNothing) {
  ike::VersionAudit unknown = Accepting({kEcp384});
  unknown.unknown = {kModp1024};
  unknown.undecidable = {{kSha1, "only AEAD"}};
  weak_.Take(Result(unknown), 1000, kNoneSilent);
  weak_.Take(Found({kEcp384, kModp1024, kSha1}), 2000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 0) << "it was never found refused";
  EXPECT_EQ(Since(kSha1), 0);
  weak_.Take(Result(unknown), 3000, kNoneSilent);
  weak_.Take(Found({kEcp384, kModp1024, kSha1}), 4000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 0);
}

TEST_F(WeakHistoryTest, AVersionThatGaveNoAnswerIsUnknown) {
  weak_.Take(Found({kModp1024}), 1000, kNoneSilent);
  weak_.Take(Result({}), 2000, kNoneSilent);
  weak_.Take(Found({kModp1024}), 3000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 0);
}

TEST_F(WeakHistoryTest, AVersionThatHadNeverAnsweredAndIsSwitchedOnIsNew) {
  weak_.Take(Result({}), 1000, {false, true});
  weak_.Take(Found({kModp1024}), 2000, kNoneSilent);
  EXPECT_EQ(Since(kModp1024), 2000);
}

TEST_F(WeakHistoryTest, AnIncompleteAuditDecidesNothing) {
  AuditHistory history;
  const auto record = [&history](ike::AuditResult result, bool complete, double at) {
    result.complete = complete;
    RecordAudit(std::make_shared<const ike::AuditResult>(std::move(result)), at, kNoneSilent,
                &history);
  };
  record(Found({kSha1}), false, 500);
  EXPECT_EQ(history.weak.SinceWhen(Row(kSha1)), 0) << "the first audit found it";
  record(Found({kSha1}), true, 1000);
  EXPECT_EQ(history.weak.SinceWhen(Row(kSha1)), 0);
  record(Found({kSha1, kModp1024}), false, 2000);
  EXPECT_EQ(history.weak.SinceWhen(Row(kModp1024)), std::nullopt) << "refused before, now accepted";
  record(Found({kSha1, kModp1024}), true, 3000);
  EXPECT_EQ(history.weak.SinceWhen(Row(kModp1024)), 3000);
  record(Found({}), false, 4000);
  record(Found({kSha1, kModp1024}), true, 5000);
  EXPECT_EQ(history.weak.SinceWhen(Row(kModp1024)), 3000);
  EXPECT_EQ(history.weak.SinceWhen(Row(kSha1)), 0);
}

TEST_F(WeakHistoryTest, AggressiveModeAndIkev1ItselfCount) {
  const ike::AlgorithmId mode{Kind::kMode, 4, 0};
  const ike::AlgorithmId protocol{Kind::kProtocol, 1, 0};
  ike::AuditResult refusing;
  refusing.versions[0] = Accepting({});
  ike::AuditResult main = refusing;
  main.versions[0]->main_mode = true;
  ike::AuditResult both = main;
  both.versions[0]->aggressive_mode = true;
  weak_.Take(refusing, 1000, kNoneSilent);
  weak_.Take(main, 2000, kNoneSilent);
  weak_.Take(both, 3000, kNoneSilent);
  EXPECT_EQ(weak_.SinceWhen(Row(protocol, IkeVersion::kV1)), 2000);
  EXPECT_EQ(weak_.SinceWhen(Row(mode, IkeVersion::kV1)), 3000);
}

TEST_F(WeakHistoryTest, TheStateFileKeepsWhatWasAcceptedAndRefused) {
  weak_.Take(Found({kSha1}), 1000, kNoneSilent);
  weak_.Take(Found({kSha1, kModp1024}), 2000.5, kNoneSilent);
  WeakHistory restored;
  ASSERT_TRUE(ReadWeakHistory(WeakHistoryState(weak_), &restored));
  EXPECT_EQ(restored.SinceWhen(Row(kSha1)), 0);
  EXPECT_EQ(restored.SinceWhen(Row(kModp1024)), 2000.5);
  EXPECT_EQ(restored.refused(), weak_.refused());
  restored.Take(Found({kSha1, {Kind::kEncryption, 3, 0}}), 3000, kNoneSilent);
  EXPECT_EQ(restored.SinceWhen(Row({Kind::kEncryption, 3, 0})), 3000);
}

TEST_F(WeakHistoryTest, AnythingElseInItsPlaceIsRefused) {
  for (const char* text :
       {"{}", "[1]", R"([{"version":3,"kind":"dh","accepted":[],"refused":[]}])",
        R"([{"version":2,"kind":"dh","accepted":[{"algorithm":2}],"refused":[]}])",
        R"([{"version":2,"kind":"dh","accepted":[],"refused":["2"]}])",
        R"([{"version":2,"kind":"DH","accepted":[],"refused":[]}])"}) {
    WeakHistory restored;
    EXPECT_FALSE(ReadWeakHistory(Json::parse(text), &restored)) << text;
  }
  WeakHistory restored;
  EXPECT_TRUE(ReadWeakHistory(
      Json::parse(R"([{"version":2,"kind":"dh","accepted":[],"refused":[9999]}])"), &restored))
      << "of a newer registry";
  EXPECT_TRUE(restored.refused().empty());
}

}  // namespace
}  // namespace exporter
