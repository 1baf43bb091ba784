#include "exporter/limits/recent_answers.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const ike::TimePoint kStart{std::chrono::hours(100)};

RecentAnswers::Question About(uint32_t host) {
  ike::IpAddress address =
      ike::IpAddress::V4(10, static_cast<uint8_t>(host >> 16), static_cast<uint8_t>(host >> 8),
                         static_cast<uint8_t>(host));
  return RecentAnswers::QuestionOf({}, address, ike::IkeVersion::kV2);
}

void Put(uint32_t host, uint16_t group, ike::TimePoint at, RecentAnswers* answers) {
  ike::Outcome outcome;
  outcome.ikev2.group = group;
  answers->Put(About(host), outcome, {.at = at});
}

TEST(RecentAnswers, TheLastOneCounts) {
  RecentAnswers answers;
  Put(1, 14, kStart, &answers);
  Put(1, 19, kStart + seconds(1), &answers);
  ASSERT_TRUE(answers.Find(About(1), kStart + seconds(2)));
  EXPECT_EQ(answers.Find(About(1), kStart + seconds(2))->outcome.ikev2.group, 19);
  EXPECT_FALSE(answers.Find(About(2), kStart + seconds(2)));
}

TEST(RecentAnswers, OneOfFiveMinutesIsTooOld) {
  RecentAnswers answers;
  Put(1, 14, kStart, &answers);
  EXPECT_TRUE(answers.Find(About(1), kStart + RecentAnswers::kLifetime));
  EXPECT_FALSE(answers.Find(About(1), kStart + RecentAnswers::kLifetime + milliseconds(1)));
  Put(2, 14, kStart + RecentAnswers::kLifetime + milliseconds(1), &answers);
  EXPECT_EQ(answers.size(), 1u);
}

TEST(RecentAnswers, AnotherQuestionHasAnotherAnswer) {
  ike::ProbeSettings settings;
  const ike::IpAddress address = ike::IpAddress::V4(192, 0, 2, 1);
  const auto asked = [&](ike::IkeVersion version) {
    return RecentAnswers::QuestionOf(settings, address, version);
  };
  const auto first = asked(ike::IkeVersion::kV1);
  EXPECT_NE(first, asked(ike::IkeVersion::kV2));
  settings.exchange = ike::Ikev1Mode::kAggressive;
  EXPECT_NE(first, asked(ike::IkeVersion::kV1));
  settings = {};
  settings.proposal = ike::ProposalSet::kModern;
  EXPECT_NE(first, asked(ike::IkeVersion::kV1));
  settings = {};
  settings.transport = ike::Transport::kTcp;
  EXPECT_NE(first, asked(ike::IkeVersion::kV1));
  settings = {};
  settings.port = 4500;
  EXPECT_NE(first, asked(ike::IkeVersion::kV1));
}

TEST(RecentAnswers, OneThatIsRenewedIsTheYoungest) {
  RecentAnswers answers;
  Put(1, 14, kStart, &answers);
  Put(2, 14, kStart + seconds(1), &answers);
  Put(1, 19, kStart + seconds(2), &answers);
  EXPECT_EQ(answers.size(), 2u);
  Put(3, 14, kStart + seconds(1) + RecentAnswers::kLifetime + milliseconds(1), &answers);
  EXPECT_EQ(answers.size(), 2u) << "the second is too old, the first was renewed";
  EXPECT_TRUE(answers.Find(About(1), kStart + seconds(2) + RecentAnswers::kLifetime));
}

TEST(RecentAnswers, TheirNumberIsBounded) {
  RecentAnswers answers;
  for (uint32_t i = 0; i < RecentAnswers::kMost + 100; ++i) {
    Put(i, 14, kStart + milliseconds(i), &answers);
  }
  EXPECT_EQ(answers.size(), RecentAnswers::kMost);
  const ike::TimePoint end = kStart + milliseconds(RecentAnswers::kMost + 100);
  EXPECT_FALSE(answers.Find(About(99), end));
  EXPECT_TRUE(answers.Find(About(100), end));
}

}  // namespace
}  // namespace exporter
