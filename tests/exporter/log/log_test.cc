// What log lines look like, and how many of them there may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "exporter/log/log_limit.h"
#include "exporter/log/log_line.h"

namespace exporter {
namespace {

using std::chrono::seconds;

std::string Logfmt(std::string_view value) {
  std::string line;
  AppendLogField(LogFormat::kLogfmt, "k", value, &line);
  return line;
}

std::string Json(std::string_view value) {
  std::string line = "{";
  AppendLogField(LogFormat::kJson, "k", value, &line);
  return line + "}";
}

TEST(LogLine, HasBothForms) {
  LogLine line{LogLevel::kWarn, "two words", {{"target", "a"}, {"error", "it \"broke\""}}};
  EXPECT_EQ(FormatLogLine(LogFormat::kLogfmt, "T", line),
            R"(ts=T level=warn msg="two words" target=a error="it \"broke\"")");
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, "T", line),
            R"({"ts":"T","level":"warn","msg":"two words","target":"a","error":"it \"broke\""})");
}

TEST(LogLine, TellsTheTime) { EXPECT_EQ(LogTime(1764000000042), "2025-11-24T16:00:00.042Z"); }

TEST(LogLine, QuotesWhatLogfmtWouldReadDifferently) {
  EXPECT_EQ(Logfmt("plain-1.2:3/x"), "k=plain-1.2:3/x");
  EXPECT_EQ(Logfmt(""), R"(k="")");
  EXPECT_EQ(Logfmt("a b"), R"(k="a b")");
  EXPECT_EQ(Logfmt("a=b"), R"(k="a=b")");
  EXPECT_EQ(Logfmt("a\" level=error"), R"(k="a\" level=error")");
  EXPECT_EQ(Logfmt("a\\b"), R"(k="a\\b")");
  EXPECT_EQ(Logfmt("a\nb\rc\td"), "k=\"a\\nb\\u000dc\\u0009d\"");
  EXPECT_EQ(Logfmt("\xc3\xa9"), "k=\"\xc3\xa9\"");
}

// Whatever bytes somebody made the exporter log: one line, valid JSON, nothing for a terminal.
TEST(LogLine, AnyBytesStayOneValidValue) {
  const std::string bytes[] = {std::string("\0\x01\x1b[31m\x7f", 8),
                               "\xff\xfe",
                               "\xc2\x9b"
                               "31m",
                               "\xc0\xaf",
                               "\xe0\x80\xaf",
                               "\xed\xa0\x80",
                               "\xf4\x90\x80\x80",
                               "\xf0\x9f\x98\x80",
                               "\xe2\x82",
                               "\xc3",
                               "a\xc3"};
  for (const std::string& value : bytes) {
    for (const std::string& text : {Logfmt(value), Json(value)}) {
      for (char c : text) EXPECT_TRUE(static_cast<uint8_t>(c) >= 0x20 && c != 0x7f) << text;
      EXPECT_EQ(text.find("\xc2\x9b"), text.npos);
    }
    auto parsed = nlohmann::json::parse(Json(value), nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << Json(value);
  }
  EXPECT_EQ(nlohmann::json::parse(Json("\xf0\x9f\x98\x80"))["k"], "\xf0\x9f\x98\x80");
  EXPECT_EQ(nlohmann::json::parse(Json("a\xff"))["k"], "a\xef\xbf\xbd");
  EXPECT_EQ(nlohmann::json::parse(Json("\xc2\x9b"))["k"], "\xc2\x9b");
  EXPECT_EQ(Logfmt("\xed\xa0\x80").size(), std::string("k=\"\"").size() + 9);
}

class LogLimitTest : public testing::Test {
 protected:
  LogLimit::Verdict Ask(std::string_view line) { return limit_.Ask(line, now_); }

  ike::TimePoint now_{std::chrono::hours(1)};
  LogLimit limit_;
};

TEST_F(LogLimitTest, ALineMayRepeatAFewTimes) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Ask("a").write);
  EXPECT_FALSE(Ask("a").write);
  EXPECT_FALSE(Ask("a").write);
  LogLimit::Verdict other = Ask("b");
  EXPECT_TRUE(other.write);
  EXPECT_EQ(other.left_out, 2u);
  now_ += seconds(10);
  EXPECT_TRUE(Ask("a").write);
  EXPECT_FALSE(Ask("a").write);
  now_ += seconds(10);
  LogLimit::Verdict again = Ask("a");
  EXPECT_TRUE(again.write);
  EXPECT_EQ(again.left_out, 1u);
  EXPECT_EQ(Ask("b").left_out, 0u);
}

TEST_F(LogLimitTest, LinesThatDifferAreBoundedTogether) {
  int written = 0;
  for (int i = 0; i < 100000; ++i) written += Ask("line " + std::to_string(i)).write ? 1 : 0;
  EXPECT_EQ(written, 1000);
  now_ += seconds(1);
  EXPECT_EQ(Ask("x").left_out, 99000u);
  for (int i = 0; i < 1000; ++i) written += Ask("later " + std::to_string(i)).write ? 1 : 0;
  EXPECT_EQ(written, 1099);
}

TEST_F(LogLimitTest, ForgetsWhatIsOld) {
  for (int i = 0; i < 300; ++i) Ask("old " + std::to_string(i));
  now_ += seconds(60);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Ask("a").write);
  EXPECT_FALSE(Ask("a").write);
}

}  // namespace
}  // namespace exporter
