#include "exporter/web/routes.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(Routes, AreFound) {
  EXPECT_EQ(FindRoute("/m", "/m")->handler, "metrics");
  EXPECT_EQ(FindRoute("/metrics", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/-/readyx", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/api/targets/", "/m"), nullptr);
  EXPECT_EQ(FindRoute("/api/targets/a/b", "/m"), nullptr);
  const Route* route = FindRoute("/api/targets/a:b", "/m");
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(Segment(*route, "/api/targets/a:b"), "a:b");
  EXPECT_TRUE(Takes(*route, "HEAD"));
  EXPECT_FALSE(Takes(*route, "POST"));
  EXPECT_FALSE(Takes(*route, "GET, HEAD"));
}

}  // namespace
}  // namespace exporter
