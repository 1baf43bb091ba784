// Value: one value of a configuration file together with its key's name and where to complain, and
// the readers that turn it into a C++ value or complain: "KEY: WHAT WAS FOUND; expected WHAT". Used
// by the section readers. A reader that returns nullopt or false has reported the problem.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/problems.h"

namespace config {

struct Value {
  std::string_view key;
  Node node;
  Problems& problems;

  // "KEY: SHOWN WRONG; expected EXPECTED", e.g. wrong = "is not a port". Always false.
  bool Reject(std::string_view wrong, std::string_view expected) const;
  // "KEY: found an integer (5); expected EXPECTED". Always false.
  bool RejectType(std::string_view expected) const;
};

// The value as messages show it: 70000, "text", an array.
std::string Shown(const Node& node);

struct IntegerRange {
  int64_t min = 0;
  int64_t max = 0;
  std::string_view noun;  // "a port"
};
inline constexpr IntegerRange kPortRange{1, 65535, "a port"};

struct DurationRange {
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
  bool zero = false;  // "0s" too
};

struct Choice {
  std::string_view noun;  // "a transport"
  std::span<const std::string_view> names;
};

std::optional<std::string_view> ReadString(const Value& value, std::string_view expected);
std::optional<int64_t> ReadInteger(const Value& value, const IntegerRange& range);
std::optional<double> ReadNumber(const Value& value, std::string_view expected);
std::optional<bool> ReadBoolean(const Value& value);
std::optional<std::chrono::milliseconds> ReadDuration(const Value& value,
                                                      const DurationRange& range);
// The index in choice.names.
std::optional<size_t> ReadChoice(const Value& value, const Choice& choice);

// Whether it is an array; calls `read(element)` for each, an element being a Value of the same key.
template <typename Read>
bool ReadArray(const Value& value, std::string_view expected, Read read) {
  if (value.node.type() != NodeType::kArray) return value.RejectType(expected);
  bool valid = true;
  for (size_t i = 0; i < value.node.size(); ++i) {
    valid &= read(Value{value.key, value.node.at(i), value.problems});
  }
  return valid;
}

// Reads into *out what Read... gave; false (reported already) leaves it alone.
template <typename From, typename To>
bool Store(const std::optional<From>& from, To& out) {
  if (!from) return false;
  out = static_cast<To>(*from);
  return true;
}

}  // namespace config
