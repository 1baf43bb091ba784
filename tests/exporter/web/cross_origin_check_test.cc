#include "exporter/web/cross_origin_check.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(CrossOriginCheck, HostIsAnAddressOrANameOfOursOrAbsent) {
  BrowserHeaders headers;
  for (const char* host : {"", "127.0.0.1:10500", "[::1]", "localhost", "Monitoring.example:80"}) {
    headers.host = host;
    EXPECT_FALSE(CheckHost(headers, {"monitoring.example"})) << host;
  }
  for (const char* host : {"rebound.example", "127.0.0.1.rebound.example", " "}) {
    headers.host = host;
    EXPECT_TRUE(CheckHost(headers, {"monitoring.example"})) << host;
  }
  headers.host.clear();
  headers.origin = "http://other.example";
  EXPECT_TRUE(CheckOrigin(headers));
}

}  // namespace
}  // namespace exporter
