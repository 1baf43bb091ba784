#include "exporter/base/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Url, DecodesPercentEscapes) {
  EXPECT_EQ(PercentDecode("a%2Fb%20"), "a/b ");
  EXPECT_EQ(PercentDecode("+"), "+");
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
  for (const char* bad : {"%", "%4", "%4g", "%%41"}) EXPECT_EQ(PercentDecode(bad), std::nullopt);
}

TEST(Url, FindsTheValuesOfAQuery) {
  EXPECT_THAT(QueryValues("target=a+b&x=1&target=%5B::1%5D", "target"),
              ElementsAre("a b", "[::1]"));
  EXPECT_THAT(QueryValues("a&b=&&=c&a=%", "a"), ElementsAre("", "%"));
  EXPECT_THAT(QueryValues("%61=1", "a"), ElementsAre("1"));
  EXPECT_THAT(QueryValues("", "a"), IsEmpty());
  EXPECT_THAT(QueryValues("aa=1", "a"), IsEmpty());
}

}  // namespace
}  // namespace exporter
