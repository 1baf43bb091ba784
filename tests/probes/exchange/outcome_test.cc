#include "probes/exchange/outcome.h"

#include <gtest/gtest.h>

namespace ike {
namespace {

TEST(Reason, HasTheNamesThatMetricsAndJsonShow) {
  EXPECT_EQ(ReasonName(Reason::kNone), "none");
  EXPECT_EQ(ReasonName(Reason::kResolve), "resolve");
  EXPECT_EQ(ReasonName(Reason::kSend), "send");
  EXPECT_EQ(ReasonName(Reason::kUnreachable), "unreachable");
  EXPECT_EQ(ReasonName(Reason::kTimeout), "timeout");
  EXPECT_EQ(ReasonName(Reason::kMalformed), "malformed");
  EXPECT_EQ(ReasonName(Reason::kRejected), "rejected");
  EXPECT_EQ(ReasonName(Reason::kInternal), "internal");
}

}  // namespace
}  // namespace ike
