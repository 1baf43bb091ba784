#include <gtest/gtest.h>

#include "probes/base/ascii.h"
#include "probes/base/fnv.h"

namespace ike {
namespace {

TEST(AsciiLower, ChangesLettersOfAsciiAlone) {
  EXPECT_EQ(AsciiLower("AZ az @[`{ 09"), "az az @[`{ 09");
  EXPECT_EQ(AsciiLower("\xc3\x84\xff"), "\xc3\x84\xff");
}

// draft-eastlake-fnv, section 6 (test vectors).
TEST(Fnv1a, IsTheHashOfTheDraft) {
  const auto hash = [](std::string_view text) {
    Fnv1a fnv;
    fnv.Add(text);
    return fnv.value();
  };
  EXPECT_EQ(hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hash("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hash("foobar"), 0x85944171f73967e8u);
}

}  // namespace
}  // namespace ike
