#include "config/suggest.h"

#include <gtest/gtest.h>

namespace config {
namespace {

constexpr std::string_view kKeys[] = {"interval", "timeout", "port", "transport", "rtt_buckets"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(Nearest("intervall", kKeys), "interval");
  EXPECT_EQ(Nearest("time_out", kKeys), "timeout");
  EXPECT_EQ(Nearest("prot", kKeys), "port");
  EXPECT_EQ(Nearest("transprot", kKeys), "transport");
  EXPECT_EQ(Nearest("buckets", kKeys), "rtt_buckets");
  EXPECT_EQ(Nearest("PORT", kKeys), "");
  EXPECT_EQ(Nearest("colour", kKeys), "");
  EXPECT_EQ(Nearest("", kKeys), "");
  EXPECT_EQ(Nearest(std::string(1000, 'x'), kKeys), "");
}

TEST(ListOf, ReadsAsASentence) {
  constexpr std::string_view kOne[] = {"a"};
  constexpr std::string_view kThree[] = {"a", "b", "c"};
  EXPECT_EQ(ListOf({}, true), "");
  EXPECT_EQ(ListOf(kOne, true), "\"a\"");
  EXPECT_EQ(ListOf(kThree, true), "\"a\", \"b\" or \"c\"");
  EXPECT_EQ(ListOf(kThree, false), "a, b or c");
}

TEST(Quoted, KeepsAMessageOnOneLineAndShort) {
  EXPECT_EQ(Quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(Quoted("a\nb\x7f"), "\"a\\x0ab\\x7f\"");
  EXPECT_EQ(Quoted("Köln"), "\"Köln\"");
  EXPECT_EQ(Quoted(std::string(81, 'x')), "\"" + std::string(80, 'x') + "...\"");
  const std::string umlauts = std::string(79, 'x') + "ööö";
  EXPECT_EQ(Quoted(umlauts), "\"" + std::string(79, 'x') + "...\"");
}

}  // namespace
}  // namespace config
