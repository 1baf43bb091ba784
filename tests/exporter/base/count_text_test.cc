#include "exporter/base/count_text.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(CountText, OneIsSingular) {
  EXPECT_EQ(Counted(0, "target"), "0 targets");
  EXPECT_EQ(Counted(1, "target"), "1 target");
  EXPECT_EQ(Counted(2, "target"), "2 targets");
}

}  // namespace
}  // namespace exporter
