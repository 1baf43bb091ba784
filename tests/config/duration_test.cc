#include "config/duration.h"

#include <gtest/gtest.h>

namespace config {
namespace {

using std::chrono::milliseconds;

TEST(ParseDuration, ReadsEveryUnit) {
  const std::pair<const char*, int64_t> cases[] = {
      {"0", 0},
      {"0s", 0},
      {"1ms", 1},
      {"500ms", 500},
      {"30s", 30000},
      {"2m", 120000},
      {"1h30m", 5400000},
      {"1d", 86400000},
      {"2w", 1209600000},
      {"1y", 31536000000},
      {"1h0m5s", 3605000},
      {"100m", 6000000},
      {"1y2w3d4h5m6s7ms", 31536000000 + 1209600000 + 259200000 + 14400000 + 300000 + 6000 + 7},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(ParseDuration(text), milliseconds(expected)) << text;
  }
}

TEST(ParseDuration, RefusesWhatPrometheusRefuses) {
  for (const char* text : {"",
                           "s",
                           "1",
                           "30",
                           "-5s",
                           "+5s",
                           "1.5s",
                           "1 s",
                           " 1s",
                           "1s ",
                           "1S",
                           "5m1h",
                           "1h1h",
                           "1sec",
                           "1us",
                           "00",
                           "1h30",
                           "99999999999999999999s",
                           "9223372036854775807s",
                           "999999999999y",
                           "1ms1s",
                           "0x1s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, IsTheShortestForm) {
  const std::pair<int64_t, const char*> cases[] = {
      {0, "0s"},          {1, "1ms"},          {1500, "1s500ms"},         {60000, "1m"},
      {5400000, "1h30m"}, {86400000, "1d"},    {90000000, "25h"},         {604800000, "1w"},
      {691200000, "8d"},  {31536000000, "1y"}, {31536000001, "8760h1ms"},
  };
  for (const auto& [count, expected] : cases) {
    EXPECT_EQ(FormatDuration(milliseconds(count)), expected);
    EXPECT_EQ(ParseDuration(expected), milliseconds(count));
  }
}

}  // namespace
}  // namespace config
