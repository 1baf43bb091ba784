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

RecentAnswers::Answer Of(uint16_t group, ike::TimePoint at) {
  RecentAnswers::Answer answer;
  answer.outcome.ikev2.group = group;
  answer.at = at;
  return answer;
}

TEST(RecentAnswers, TheLastOneCounts) {
  RecentAnswers answers;
  answers.Put(About(1), Of(14, kStart));
  answers.Put(About(1), Of(19, kStart + seconds(1)));
  ASSERT_TRUE(answers.Find(About(1), kStart + seconds(2)));
  EXPECT_EQ(answers.Find(About(1), kStart + seconds(2))->outcome.ikev2.group, 19);
  EXPECT_FALSE(answers.Find(About(2), kStart + seconds(2)));
}

TEST(RecentAnswers, OneOfFiveMinutesIsTooOld) {
  RecentAnswers answers;
  answers.Put(About(1), Of(14, kStart));
  EXPECT_TRUE(answers.Find(About(1), kStart + RecentAnswers::kLifetime));
  EXPECT_FALSE(answers.Find(About(1), kStart + RecentAnswers::kLifetime + milliseconds(1)));
  answers.Put(About(2), Of(14, kStart + RecentAnswers::kLifetime + milliseconds(1)));
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

TEST(RecentAnswers, TheirNumberIsBounded) {
  RecentAnswers answers;
  for (uint32_t i = 0; i < RecentAnswers::kMost + 100; ++i) {
    answers.Put(About(i), Of(14, kStart + milliseconds(i)));
  }
  EXPECT_EQ(answers.size(), RecentAnswers::kMost);
  const ike::TimePoint end = kStart + milliseconds(RecentAnswers::kMost + 100);
  EXPECT_FALSE(answers.Find(About(99), end));
  EXPECT_TRUE(answers.Find(About(100), end));
}

}  // namespace
}  // namespace exporter
