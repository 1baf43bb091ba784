#include "exporter/base/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace exporter {
namespace {

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
  EXPECT_EQ(Written(1.5e-5), "1.5e-05");
  EXPECT_EQ(Written(1e21), "1e+21");
  EXPECT_EQ(Written(std::nan("")), "Nan");
  EXPECT_EQ(Written(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(Written(-std::numeric_limits<double>::infinity()), "-Inf");
}

// Sixteen digits of the first are 0.008999999999999999.
TEST(NumberText, DecimalsAreWhatWasWritten) {
  for (const char* text :
       {"0.009", "9.95", "0.07", "1.1", "2.2", "0.003", "0.3", "33.3", "0.0001"}) {
    EXPECT_EQ(Written(std::strtod(text, nullptr)), text);
  }
}

void ExpectSameValue(double value) {
  const std::string text = Written(value);
  ASSERT_LE(text.size(), kNumberBytes);
  ASSERT_EQ(std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)),
            std::bit_cast<uint64_t>(value))
      << text;
}

TEST(NumberText, ReadsBackAsTheSameValueAtTheEdges) {
  for (double edge : {1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 1e9, 1e14, 1e15, 1e16, 1e17, 5e-324,
                      std::numeric_limits<double>::max(), 4503599627370496.5, 0.5, 0.25}) {
    for (double value : {std::nextafter(edge, 0.0), edge, std::nextafter(edge, 1e300)}) {
      ExpectSameValue(value);
      ExpectSameValue(-value);
    }
  }
}

TEST(NumberText, ReadsBackAsTheSameValue) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-6, 18);
  for (int i = 0; i < 100000; ++i) {
    double seconds = static_cast<double>(random() % 5'000'000'000) * 1e-9;
    double unix_time = 1.7e9 + static_cast<double>(random() % 1'000'000'000) * 1e-6;
    double any_size = std::pow(10, exponent(random));
    double any_bits = std::bit_cast<double>(random());
    for (double value : {seconds, unix_time, any_size, any_bits}) {
      if (std::isfinite(value)) ExpectSameValue(value);
    }
  }
}

}  // namespace
}  // namespace exporter
