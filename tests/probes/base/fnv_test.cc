#include "probes/base/fnv.h"

#include <gtest/gtest.h>

namespace ike {
namespace {

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
