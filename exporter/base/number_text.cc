#include "exporter/base/number_text.h"

#include <charconv>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace exporter {
namespace {

// Between them without an exponent.
constexpr double kLeast = 1e-4;
constexpr double kMost = 1e16;

char* Copy(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

}  // namespace

char* WriteNumber(double value, char* to) {
  if (std::isnan(value)) return Copy("Nan", to);
  if (std::isinf(value)) return Copy(value < 0 ? "-Inf" : "+Inf", to);
  const double size = std::fabs(value);
  char* const end = to + kNumberBytes;
  if (size != 0 && (size < kLeast || size >= kMost)) {
    return std::to_chars(to, end, value, std::chars_format::scientific).ptr;
  }
  if (std::signbit(value)) *to++ = '-';
  // Nearly all values are whole, many of them a single digit.
  const auto whole = static_cast<uint64_t>(size);
  if (static_cast<double>(whole) != size) {
    return std::to_chars(to, end, size, std::chars_format::fixed).ptr;
  }
  if (whole >= 10) return std::to_chars(to, end, whole).ptr;
  *to++ = static_cast<char>('0' + whole);
  return to;
}

void AppendNumber(double value, std::string* out) {
  char text[kNumberBytes];
  out->append(text, WriteNumber(value, text));
}

std::string SpiHex(uint64_t spi) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, spi);
  return text;
}

double Milliseconds(ike::Duration duration) {
  return std::round(std::chrono::duration<double, std::micro>(duration).count()) / 1000.0;
}

}  // namespace exporter
