// std::to_chars with a precision goes through printf-like code of some 600 instructions. Nearly all
// values here are whole, or between 1e-4 and 1e16: those are 53 bits times a power of ten that fits
// 64 bits, so 128 bits hold the product exactly and one shift rounds it. The rest is left to
// std::to_chars. Tested against it by tests/exporter/number_text_test.cc.
#include "exporter/number_text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace exporter {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kDigits = 16;
constexpr double kLeast = 1e-4;  // below it "%g" turns to exponents
constexpr double kMost = 1e16;

constexpr std::array<uint64_t, 20> kPowers = [] {
  std::array<uint64_t, 20> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// 10^-4 to 10^16. The doubles nearest to the negative powers are no smaller than those, so that
// comparing with them compares with the powers.
constexpr std::array<double, 21> kTens = {1e-4, 1e-3, 1e-2, 1e-1, 1e0,  1e1,  1e2,
                                          1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                          1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};

char* Copy(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// The x of 10^x <= value < 10^(x+1). REQUIRES: kLeast <= value < kMost.
int DecimalExponent(double value, int binary_exponent) {
  int guess = binary_exponent * 1233 >> 12;  // times log10(2), rounded down
  return value >= kTens.data()[guess + 5] ? guess + 1 : guess;
}

// `digits` is the value times 10^after.
char* WriteFixed(uint64_t digits, int after, char* to) {
  while (after > 0 && digits % 10 == 0) {
    digits /= 10;
    --after;
  }
  if (after == 0) return std::to_chars(to, to + kNumberBytes, digits).ptr;
  const uint64_t power = kPowers[static_cast<size_t>(after)];
  to = std::to_chars(to, to + kNumberBytes, digits / power).ptr;
  // The fraction with its leading zeros, behind a 1 that the point then replaces.
  char* const point = to;
  to = std::to_chars(to, to + kNumberBytes, digits % power + power).ptr;
  *point = '.';
  return to;
}

char* WriteGeneral(double value, char* to) {
  return std::to_chars(to, to + kNumberBytes, value, std::chars_format::general, kDigits).ptr;
}

// REQUIRES: kLeast <= value < kMost, and not whole.
char* WriteFraction(double value, char* to) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const int exponent = static_cast<int>(bits >> 52) - 1023;  // the sign is off
  const uint64_t mantissa = (bits & ((uint64_t{1} << 52) - 1)) | uint64_t{1} << 52;
  const int after = kDigits - 1 - DecimalExponent(value, exponent);
  const int shift = 52 - exponent;
  const Wide product = Wide{mantissa} * kPowers[static_cast<size_t>(after)];
  auto digits = static_cast<uint64_t>(product >> shift);
  const Wide rest = product & ((Wide{1} << shift) - 1);
  const Wide half = Wide{1} << (shift - 1);
  if (rest > half || (rest == half && digits % 2 != 0)) ++digits;
  if (digits == kPowers[kDigits]) return WriteGeneral(value, to);  // a digit more: leave it
  return WriteFixed(digits, after, to);
}

}  // namespace

char* WriteNumber(double value, char* to) {
  if (std::isnan(value)) return Copy("Nan", to);
  if (std::isinf(value)) return Copy(value < 0 ? "-Inf" : "+Inf", to);
  const double size = std::fabs(value);
  if (size != 0 && (size < kLeast || size >= kMost)) return WriteGeneral(value, to);
  if (std::signbit(value)) *to++ = '-';
  const auto whole = static_cast<uint64_t>(size);
  if (size == static_cast<double>(whole) && whole < 10) {
    *to++ = static_cast<char>('0' + whole);
    return to;
  }
  if (static_cast<double>(whole) == size) return std::to_chars(to, to + kNumberBytes, whole).ptr;
  return WriteFraction(size, to);
}

void AppendNumber(double value, std::string* out) {
  char text[kNumberBytes];
  out->append(text, WriteNumber(value, text));
}

}  // namespace exporter
