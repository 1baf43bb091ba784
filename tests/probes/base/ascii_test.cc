#include "probes/base/ascii.h"

#include <gtest/gtest.h>

namespace ike {
namespace {

TEST(AsciiLower, ChangesLettersOfAsciiAlone) {
  EXPECT_EQ(AsciiLower("AZ az @[`{ 09"), "az az @[`{ 09");
  EXPECT_EQ(AsciiLower("\xc3\x84\xff"), "\xc3\x84\xff");
}

}  // namespace
}  // namespace ike
