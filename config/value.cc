#include "config/value.h"

#include <charconv>

#include "config/duration.h"
#include "config/suggest.h"

namespace config {
namespace {

std::string ShownNumber(double number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return std::string(text, end);
}

std::string_view TypeName(NodeType type) {
  constexpr std::string_view kNames[] = {"a table", "an array",  "a string", "an integer",
                                         "a float", "a boolean", "a date"};
  return kNames[static_cast<int>(type)];
}

bool IsScalar(NodeType type) {
  return type != NodeType::kTable && type != NodeType::kArray && type != NodeType::kDate;
}

}  // namespace

std::string Shown(const Node& node) {
  switch (node.type()) {
    case NodeType::kString:
      return Quoted(*node.string());
    case NodeType::kInteger:
      return std::to_string(*node.integer());
    case NodeType::kFloat:
      return ShownNumber(*node.number());
    case NodeType::kBoolean:
      return *node.boolean() ? "true" : "false";
    case NodeType::kTable:
      return "the table";
    case NodeType::kArray:
      return "the array";
    case NodeType::kDate:
      return "the date";
  }
  return {};
}

bool Value::Reject(std::string_view wrong, std::string_view expected) const {
  std::string message(key);
  message.append(": ").append(Shown(node)).append(" ").append(wrong);
  message.append("; expected ").append(expected);
  problems.Add(node.position(), std::move(message));
  return false;
}

bool Value::RejectType(std::string_view expected) const {
  std::string message(key);
  message.append(": found ").append(TypeName(node.type()));
  if (IsScalar(node.type())) message.append(" (").append(Shown(node)).append(")");
  message.append("; expected ").append(expected);
  problems.Add(node.position(), std::move(message));
  return false;
}

std::optional<std::string_view> ReadString(const Value& value, std::string_view expected) {
  const auto text = value.node.string();
  if (!text) value.RejectType(expected);
  return text;
}

std::optional<int64_t> ReadInteger(const Value& value, const IntegerRange& range) {
  const std::string bounds = std::to_string(range.min) + " to " + std::to_string(range.max);
  const auto number = value.node.integer();
  if (!number) {
    value.RejectType("an integer from " + bounds);
    return std::nullopt;
  }
  if (*number >= range.min && *number <= range.max) return number;
  value.Reject("is not " + std::string(range.noun), bounds);
  return std::nullopt;
}

std::optional<double> ReadNumber(const Value& value, std::string_view expected) {
  const auto number = value.node.number();
  if (!number) value.RejectType(expected);
  return number;
}

std::optional<bool> ReadBoolean(const Value& value) {
  const auto boolean = value.node.boolean();
  if (!boolean) value.RejectType("true or false");
  return boolean;
}

std::optional<std::chrono::milliseconds> ReadDuration(const Value& value,
                                                      const DurationRange& range) {
  constexpr std::string_view kForm = "a duration such as \"500ms\", \"30s\" or \"1h30m\"";
  const auto text = ReadString(value, kForm);
  if (!text) return std::nullopt;
  const auto duration = ParseDuration(*text);
  if (!duration) {
    value.Reject("is not a duration", kForm);
    return std::nullopt;
  }
  if (range.zero && duration->count() == 0) return duration;
  if (*duration >= range.min && *duration <= range.max) return duration;
  std::string expected = FormatDuration(range.min) + " to " + FormatDuration(range.max);
  if (range.zero) expected += ", or 0s for none";
  value.Reject(*duration < range.min ? "is too short" : "is too long", expected);
  return std::nullopt;
}

std::optional<size_t> ReadChoice(const Value& value, const Choice& choice) {
  const std::string expected = ListOf(choice.names, true);
  const auto text = ReadString(value, expected);
  if (!text) return std::nullopt;
  for (size_t i = 0; i < choice.names.size(); ++i) {
    if (choice.names[i] == *text) return i;
  }
  value.Reject("is not " + std::string(choice.noun), expected);
  return std::nullopt;
}

}  // namespace config
