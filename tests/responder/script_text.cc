// The small notations inside a script: address ranges and durations.
#include <charconv>

#include "tests/responder/script.h"

namespace responder {
namespace {

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};

// "ms" before "m": the longer one first.
constexpr Unit kUnits[] = {{"ns", 1},
                           {"us", 1'000},
                           {"ms", 1'000'000},
                           {"s", 1'000'000'000},
                           {"m", 60'000'000'000},
                           {"h", 3'600'000'000'000}};

std::optional<AddressRange> ParseBlock(const std::string& text, size_t slash) {
  auto base = ParseAddress(text.substr(0, slash));
  uint32_t bits = 0;
  const char* begin = text.c_str() + slash + 1;
  auto [end, error] = std::from_chars(begin, text.c_str() + text.size(), bits);
  bool number = error == std::errc() && *end == '\0' && begin != end;
  if (!base || base->size != 4 || !number || bits < 8 || bits > 32) return std::nullopt;
  uint32_t mask = ~uint32_t{0} << (32 - bits);
  return AddressRange{Address::V4(base->v4() & mask), Address::V4(base->v4() | ~mask)};
}

}  // namespace

std::optional<AddressRange> ParseRange(const std::string& text) {
  size_t slash = text.find('/');
  if (slash != std::string::npos) return ParseBlock(text, slash);
  size_t dash = text.find('-');
  auto first = ParseAddress(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash == std::string::npos) return AddressRange{*first, *first};
  auto last = ParseAddress(text.substr(dash + 1));
  if (!last || first->size != 4 || last->size != 4 || last->v4() < first->v4()) return std::nullopt;
  return AddressRange{*first, *last};
}

std::optional<int64_t> ParseDuration(std::string_view text) {
  if (text == "0") return 0;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const Unit* unit = nullptr;
    for (const Unit& row : kUnits) {
      if (unit == nullptr && text.starts_with(row.name)) unit = &row;
    }
    if (unit == nullptr || number > INT64_MAX / 2 / unit->nanoseconds) return std::nullopt;
    total += number * unit->nanoseconds;
    text.remove_prefix(unit->name.size());
  }
  return total;
}

}  // namespace responder
