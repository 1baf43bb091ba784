#include "exporter/state/state_json.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <utility>

#include "exporter/state/sealed_rows.h"
#include "probes/audit/audit_result.h"
#include "tests/exporter/targets/full_history.h"

namespace exporter {
namespace {

using test::FullHistory;

// A whole file of one target.
std::string FileOf(const std::string& row, const std::string& head = StateHead()) {
  ike::Fnv1a checksum;
  checksum.Add(head);
  checksum.Add(row);
  return head + row + SealedTail(checksum);
}

AuditHistory Audited() {
  auto result = std::make_shared<ike::AuditResult>();
  result->success = true;
  result->requests = 77;
  result->duration = std::chrono::seconds(61);
  AuditHistory history;
  history.last = std::move(result);
  // Of a later audit, which nothing answered.
  history.last_requests = 24;
  history.last_duration = std::chrono::seconds(70);
  return history;
}

AuditHistory ReadBack(const std::string& row) {
  auto parsed = ParseState(FileOf(row));
  if (!parsed || parsed->size() != 1) return {};
  return std::move(parsed->begin()->second);
}

TEST(StateJsonTest, KeepsTheCostOfAnAuditThatNothingAnswered) {
  AuditHistory history = ReadBack(StateRow({"hq", "vpn.example", 500, {}}, Audited()));
  EXPECT_EQ(history.last_requests, 24u);
  EXPECT_EQ(history.last_duration, std::chrono::seconds(70));
}

TEST(StateJsonTest, TakesTheNewestAuditsCostWhereAnOlderFileKnowsNoOther) {
  std::string row = StateRow({"hq", "vpn.example", 500, {}}, Audited());
  const size_t cost = row.find("\"lastRequests\"");
  row.erase(cost, row.find("\"changes\"") - cost);
  AuditHistory history = ReadBack(row);
  EXPECT_EQ(history.last_requests, 77u);
  EXPECT_EQ(history.last_duration, std::chrono::seconds(61));
}

TEST(StateJsonTest, WhatAnOlderFilesLastAuditFoundIsNothingNew) {
  std::string row = StateRow({"hq", "vpn.example", 500, {}}, FullHistory());
  const size_t weak = row.find("\"weak\"");
  ASSERT_NE(weak, std::string::npos);
  row.erase(weak, row.find("\"lastChanges\"") - weak);
  AuditHistory history = ReadBack(row);
  const ike::Algorithm& mode = *ike::FindAlgorithm(ike::IkeVersion::kV1, ike::Kind::kMode, 4);
  const ike::Algorithm& group = *ike::FindAlgorithm(ike::IkeVersion::kV2, ike::Kind::kDh, 2);
  ASSERT_EQ(history.weak.accepted().size(), 2u) << "Aggressive Mode and IKEv1 itself";
  EXPECT_EQ(history.weak.SinceWhen(mode), 0);
  EXPECT_EQ(history.weak.SinceWhen(group), std::nullopt) << "refused";
}

TEST(ParseStateTest, AnUnknownVersionIsNamed) {
  auto parsed = ParseState(FileOf("{\"new\":1}", "{\"version\":2,\"audits\":["));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error(), "its version 2 is not known, only version 1");
}

TEST(ParseStateTest, EveryTruncationIsDamage) {
  std::string whole = FileOf(StateRow({"hq", "vpn.example", 500, {}}, FullHistory()));
  ASSERT_TRUE(ParseState(whole));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ParseState(std::string_view(whole).substr(0, length))) << length;
  }
}

TEST(ParseStateTest, EveryFlippedByteIsDamage) {
  std::string whole = FileOf(StateRow({"hq", "vpn.example", 500, {}}, FullHistory()));
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    EXPECT_FALSE(ParseState(damaged)) << damaged;
  }
}

// The same with a checksum that fits, so that the reader itself is tried: whatever it takes, it can
// write again.
TEST(ParseStateTest, FlippedBytesUnderAGoodChecksumNeverCrash) {
  std::string row = StateRow({"hq", "vpn.example", 500, {}}, FullHistory());
  std::mt19937 random(2);
  int taken = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = row;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    auto parsed = ParseState(FileOf(damaged));
    if (!parsed) continue;
    ++taken;
    for (const auto& [key, history] : *parsed) {
      ASSERT_NE(history.last, nullptr);
      EXPECT_TRUE(ParseState(FileOf(StateRow(key, history))));
    }
  }
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 2000);
}

TEST(ParseStateTest, NumbersOutOfRangeAreDamage) {
  std::string row = StateRow({"hq", "vpn.example", 500, {}}, FullHistory());
  for (const auto& [from, to] :
       {std::pair{"\"port\":500", "\"port\":65536"}, std::pair{"\"port\":500", "\"port\":-1"},
        std::pair{"\"reason\":6", "\"reason\":8"}, std::pair{"\"dh\"", "\"DH\""},
        std::pair{"\"lastRun\":", "\"lastRun\":-"}, std::pair{"4294967295", "4294967296"},
        std::pair{"\"00ff10\"", "\"00ff1\""}}) {
    std::string changed = row;
    ASSERT_NE(changed.find(from), std::string::npos) << from;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    EXPECT_FALSE(ParseState(FileOf(changed))) << to;
  }
}

TEST(ParseStateTest, RowsThatAreNoObjectsAreDamage) {
  EXPECT_FALSE(ParseState(FileOf("17")));
  EXPECT_FALSE(ParseState(FileOf(std::string(100000, '['))));
  EXPECT_TRUE(ParseState(FileOf("")));
}

}  // namespace
}  // namespace exporter
