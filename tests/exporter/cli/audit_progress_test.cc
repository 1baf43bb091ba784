#include "exporter/cli/audit_progress.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using std::chrono::seconds;

TEST(AuditProgress, SaysHowFarItIsAndHowLongItTakes) {
  EXPECT_EQ(ProgressText({"hq", 20, 80, seconds(10)}, 80),
            "hq: 20 of about 80 requests, about 30 s left");
  EXPECT_EQ(ProgressText({"hq", 1, 1, seconds(1)}, 80), "hq: 1 of about 1 request, about 0 s left");
}

TEST(AuditProgress, BeforeTheFirstAnswerNothingIsEstimated) {
  EXPECT_EQ(ProgressText({"hq", 0, 80, seconds(3)}, 80), "hq: waiting for the first answer");
}

TEST(AuditProgress, AnEstimateThatWasTooLowIsNotExceeded) {
  EXPECT_EQ(ProgressText({"hq", 90, 80, seconds(90)}, 80),
            "hq: 90 of about 90 requests, about 0 s left");
}

TEST(AuditProgress, StaysWithinTheLine) {
  std::string text = ProgressText({std::string(100, 'x'), 20, 80, seconds(10)}, 40);
  EXPECT_EQ(text, std::string(40, 'x'));
}

}  // namespace
}  // namespace exporter
