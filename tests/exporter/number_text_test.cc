#include "exporter/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

namespace exporter {
namespace {

// What prometheus-cpp's stream prints.
std::string Expected(double value) {
  char text[64];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 16).ptr;
  return {text, end};
}

std::string Written(double value) {
  std::string text;
  AppendNumber(value, &text);
  return text;
}

TEST(NumberText, ValuesOfThePage) {
  EXPECT_EQ(Written(0), "0");
  EXPECT_EQ(Written(1), "1");
  EXPECT_EQ(Written(-3), "-3");
  EXPECT_EQ(Written(0.0123), "0.0123");
  EXPECT_EQ(Written(1763948000.125), "1763948000.125");
  EXPECT_EQ(Written(1e15), "1000000000000000");
  EXPECT_EQ(Written(9.95), "9.949999999999999");
  EXPECT_EQ(Written(std::nan("")), "Nan");
  EXPECT_EQ(Written(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(Written(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(NumberText, Edges) {
  for (double edge : {1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e9, 1e14, 1e15, 1e16, 1e17, 5e-324,
                      std::numeric_limits<double>::max(), 4503599627370496.5, 0.5, 0.25}) {
    double near[] = {std::nextafter(edge, 0.0), edge, std::nextafter(edge, 1e300)};
    for (double value : near) {
      EXPECT_EQ(Written(value), Expected(value));
      EXPECT_EQ(Written(-value), Expected(-value));
    }
  }
}

TEST(NumberText, IsToCharsWithSixteenDigits) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-6, 18);
  for (int i = 0; i < 300000; ++i) {
    double seconds = static_cast<double>(random() % 5'000'000'000) * 1e-9;
    double unix_time = 1.7e9 + static_cast<double>(random() % 1'000'000'000) * 1e-6;
    double any_size = std::pow(10, exponent(random));
    double any_bits = std::bit_cast<double>(random());
    for (double value : {seconds, unix_time, any_size, any_bits}) {
      if (!std::isfinite(value)) continue;
      ASSERT_EQ(Written(value), Expected(value));
    }
  }
}

}  // namespace
}  // namespace exporter
