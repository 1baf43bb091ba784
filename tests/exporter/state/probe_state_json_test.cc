#include "exporter/state/probe_state_json.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/exporter/targets/full_past.h"

namespace exporter {
namespace {

TEST(ProbeStateJsonTest, EveryFieldComesBack) {
  const ProbedPast full = test::FullPast();
  const auto read = ReadProbedPast(ProbedPastState(full));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->up_changed_at, 1790000000.25);
  EXPECT_EQ(read->first_probed_at, 1780000000u);
  EXPECT_TRUE(read->up);
  EXPECT_EQ(read->uptime.hour, 497222u);
  EXPECT_EQ(read->uptime.hours[3].down, 77);
  EXPECT_EQ(read->uptime.days[6].known, 43200);
  for (size_t i = 0; i < 2; ++i) {
    const VersionState& got = read->versions[i];
    const VersionState& want = full.versions[i];
    EXPECT_EQ(got.suite, want.suite) << i;
    EXPECT_EQ(got.last_answer, want.last_answer) << i;
    EXPECT_EQ(got.negotiated_at, want.negotiated_at) << i;
    EXPECT_EQ(got.suite_changed_at, want.suite_changed_at) << i;
    EXPECT_EQ(got.up_changed_at, want.up_changed_at) << i;
    EXPECT_EQ(got.up, want.up) << i;
    EXPECT_EQ(got.last_reason, want.last_reason) << i;
    EXPECT_EQ(got.probes, 0u) << "counters begin anew";
  }
  EXPECT_EQ(ProbedPastState(*read), ProbedPastState(full)) << "a row holds the rest";
}

// Whatever a changed row is taken for can be written again.
TEST(ProbeStateJsonTest, AnyBytesMayCome) {
  const std::string row = JsonText(ProbedPastState(test::FullPast()));
  std::mt19937 random(3);
  int taken = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = row;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    const Json json = Json::parse(damaged, nullptr, false);
    const auto read = ReadProbedPast(json);
    if (!read) continue;
    ++taken;
    EXPECT_TRUE(ReadProbedPast(ProbedPastState(*read))) << damaged;
  }
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 3000);
}

TEST(ProbeStateJsonTest, NumbersOutOfRangeAreDamage) {
  const std::string row = JsonText(ProbedPastState(test::FullPast()));
  for (const auto& [from, to] :
       {std::pair{"\"reason\":4", "\"reason\":8"}, std::pair{"\"nat\":[1,2]", "\"nat\":[1,3]"},
        std::pair{"\"upChangedAt\":", "\"upChangedAt\":-"},
        std::pair{"\"days\":[", "\"days\":[1,"}}) {
    std::string changed = row;
    ASSERT_NE(changed.find(from), std::string::npos) << from << " in " << row;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    EXPECT_FALSE(ReadProbedPast(Json::parse(changed))) << to;
  }
}

}  // namespace
}  // namespace exporter
