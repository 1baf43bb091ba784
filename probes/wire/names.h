// Rows of a number space and the lookup of a name in them, for the tables of ikev1_ids.cc,
// ikev2_ids.cc and notify_names.cc. An unknown number has no name and stays a number: whoever shows
// it uses NameOrNumber. Pure, any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ike::wire {

struct NameRow {
  uint16_t number;
  std::string_view name;
};

// Sorted and without a number twice, which FindName relies on.
constexpr bool AreStrictlyAscending(std::span<const NameRow> rows) {
  return std::adjacent_find(rows.begin(), rows.end(), [](const NameRow& a, const NameRow& b) {
           return a.number >= b.number;
         }) == rows.end();
}

// The name of `number`, empty where it has none.
constexpr std::string_view FindName(std::span<const NameRow> rows, uint16_t number) {
  const auto row = std::lower_bound(
      rows.begin(), rows.end(), number,
      [](const NameRow& candidate, uint16_t wanted) { return candidate.number < wanted; });
  return row != rows.end() && row->number == number ? row->name : std::string_view{};
}

// `name`, or the digits of `number` where the name is empty.
inline std::string NameOrNumber(std::string_view name, uint32_t number) {
  return name.empty() ? std::to_string(number) : std::string(name);
}

}  // namespace ike::wire
