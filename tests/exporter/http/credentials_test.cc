#include "exporter/http/credentials.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(Credentials, AreRead) {
  auto taken = ParseCredentials("basic  YWxpY2U6c2U6Y3JldA==");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->user, "alice");
  EXPECT_EQ(taken->password, "se:cret");
  EXPECT_EQ(ParseCredentials("Basic Og==")->user, "");
  for (const char* bad : {"", "Basic", "Basic ", "Bearer YWxpY2U6c2U6Y3JldA==", "Basic YWxpY2U=",
                          "Basic YWxpY2U6c2U6Y3JldA", "Basic YWxp*2U6", "Basic Y==="}) {
    EXPECT_FALSE(ParseCredentials(bad)) << bad;
  }
}

}  // namespace
}  // namespace exporter
