#include "config/duration.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace config {
namespace {

struct Unit {
  std::string_view name;
  int64_t milliseconds;
  bool only_exact;  // 8 days is written 8d, but 25 hours 25h: neither 1w1d nor 1d1h
};

constexpr int64_t kDay = 24LL * 3600 * 1000;
constexpr Unit kUnits[] = {
    {"y", 365 * kDay, true}, {"w", 7 * kDay, true}, {"d", kDay, true}, {"h", 3600000, false},
    {"m", 60000, false},     {"s", 1000, false},    {"ms", 1, false},
};

// The letters after a number, up to the next digit.
std::string_view UnitName(std::string_view text) {
  const size_t end = text.find_first_of("0123456789");
  return text.substr(0, end);
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  const Unit* next_unit = kUnits;
  while (!text.empty()) {
    if (text[0] < '0' || text[0] > '9') return std::nullopt;  // from_chars takes a minus sign
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));

    const std::string_view name = UnitName(text);
    while (next_unit != std::end(kUnits) && next_unit->name != name) ++next_unit;
    if (next_unit == std::end(kUnits)) return std::nullopt;
    if (count > (std::numeric_limits<int64_t>::max() - total) / next_unit->milliseconds) {
      return std::nullopt;
    }
    total += count * next_unit->milliseconds;
    ++next_unit;
    text.remove_prefix(name.size());
  }
  return std::chrono::milliseconds(total);
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (left < unit.milliseconds) continue;
    if (unit.only_exact && left % unit.milliseconds != 0) continue;
    text += std::to_string(left / unit.milliseconds);
    text += unit.name;
    left %= unit.milliseconds;
  }
  return text;
}

}  // namespace config
