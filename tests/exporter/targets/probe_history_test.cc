#include "exporter/targets/probe_history.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Reason;

ProbeRecord Success(double at) { return {at, 0.01f, IkeVersion::kV2, Reason::kNone, true, true}; }

ProbeRecord Failure(double at, IkeVersion version = IkeVersion::kV2,
                    Reason reason = Reason::kTimeout) {
  return {at, 0, version, reason, false, false};
}

TEST(ProbeHistory, KeepsTheNewestProbesInTheirOrder) {
  ProbeHistory history;
  for (int i = 0; i < 500; ++i) history.Add(Success(i));
  std::vector<ProbeRecord> recent = history.Recent();
  ASSERT_EQ(recent.size(), ProbeHistory::kRecent);
  EXPECT_EQ(recent.front().at, 500 - static_cast<double>(ProbeHistory::kRecent));
  EXPECT_EQ(recent.back().at, 499);
  EXPECT_TRUE(history.Failures().empty());
}

TEST(ProbeHistory, AFailureOutlivesAllTheSuccessesAroundIt) {
  ProbeHistory history;
  history.Add(Failure(1));
  for (int i = 2; i < 10000; ++i) history.Add(Success(i));
  EXPECT_EQ(history.Recent().front().reason, Reason::kNone);
  std::vector<FailureRun> failures = history.Failures();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].first_at, 1);
  EXPECT_EQ(failures[0].count, 1u);
}

TEST(ProbeHistory, FailuresInARowForOneReasonAreOneEntry) {
  ProbeHistory history;
  for (int i = 1; i <= 50; ++i) history.Add(Failure(i));
  history.Add(Failure(51, IkeVersion::kV2, Reason::kUnreachable));
  history.Add(Success(52));
  history.Add(Failure(53));
  std::vector<FailureRun> failures = history.Failures();
  ASSERT_EQ(failures.size(), 3u);
  EXPECT_EQ(failures[0].count, 50u);
  EXPECT_EQ(failures[0].last_at, 50);
  EXPECT_EQ(failures[1].reason, Reason::kUnreachable);
  EXPECT_EQ(failures[2].first_at, 53);
}

// A gateway without IKEv1 fails one of two probes for ever.
TEST(ProbeHistory, AVersionThatIsSilentByDesignDoesNotPushTheOthersFailuresOut) {
  ProbeHistory history;
  history.Add(Failure(1));
  for (int i = 2; i < 5000; i += 2) {
    history.Add(Failure(i, IkeVersion::kV1));
    history.Add(Success(i + 1));
  }
  std::vector<FailureRun> failures = history.Failures();
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].version, IkeVersion::kV2);
  EXPECT_EQ(failures[1].count, 2499u);
  EXPECT_EQ(failures[1].first_at, 2);
}

TEST(ProbeHistory, OfManyFailuresTheNewestStay) {
  ProbeHistory history;
  for (int i = 0; i < 100; ++i) {
    history.Add(Failure(2 * i));
    history.Add(Success(2 * i + 1));
  }
  std::vector<FailureRun> failures = history.Failures();
  ASSERT_EQ(failures.size(), ProbeHistory::kFailureRuns);
  EXPECT_EQ(failures.back().first_at, 198);
}

TEST(ProbeHistory, WhatKeepsLivenessUpToDateDoesNotReplaceAFullOpening) {
  ProbeHistory history;
  auto trace = std::make_shared<const Trace>();
  history.Keep(IkeVersion::kV2, true, {1, {}, trace, nullptr});
  history.Keep(IkeVersion::kV2, false, {2, {}, trace, nullptr});
  EXPECT_EQ(history.last_full(IkeVersion::kV2).at, 1);
  EXPECT_EQ(history.last(IkeVersion::kV2).at, 2);
  EXPECT_EQ(history.last(IkeVersion::kV1).trace, nullptr);
}

TEST(Trace, IsBoundedInMessagesAndInBytes) {
  Trace many;
  for (size_t i = 0; i < 1000; ++i) many.Add({false, false, {}, ike::Bytes(10)});
  EXPECT_EQ(many.messages().size(), Trace::kMostMessages);
  EXPECT_EQ(many.dropped(), 1000 - Trace::kMostMessages);
  Trace large;
  for (int i = 0; i < 8; ++i) large.Add({false, false, {}, ike::Bytes(Trace::kMostBytes / 4)});
  EXPECT_EQ(large.messages().size(), 4u);
  large.Add({true, false, {}, ike::Bytes(1)});
  EXPECT_EQ(large.dropped(), 5u);
}

}  // namespace
}  // namespace exporter
