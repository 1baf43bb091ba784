#include "config/labels.h"

#include <algorithm>
#include <iterator>

#include "config/suggest.h"

namespace config {
namespace {

// Every label of our metrics: a user's own of that name would be a duplicate in one line.
constexpr std::string_view kReserved[] = {
    "additional_ke",  "algorithm", "authentication", "change", "code", "dh_group",
    "encryption",     "feature",   "handler",        "hash",   "host", "ike_version",
    "implementation", "instance",  "integrity",      "job",    "kind", "le",
    "level",          "module",    "policy",         "port",   "prf",  "reason",
    "side",           "target",    "transport",
};
constexpr size_t kMaxValueLength = 1024;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool ReadLabelValue(const Value& value, ike::Labels& labels) {
  const auto text = ReadString(value, "a label value as a string");
  if (!text) return false;
  if (text->size() > kMaxValueLength) return value.Reject("is too long", "at most 1024 bytes");
  labels.emplace_back(value.key, *text);
  return true;
}

}  // namespace

bool IsLabelName(std::string_view name) {
  return !name.empty() && IsLetter(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

bool IsReservedLabel(std::string_view name) {
  return name.starts_with("__") ||
         std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

bool ReadLabels(const Value& value, ike::Labels& labels) {
  constexpr std::string_view kExpected = "a table of strings such as { site = \"ber\" }";
  if (value.node.type() != NodeType::kTable) return value.RejectType(kExpected);
  bool valid = true;
  for (const Member& member : value.node.members()) {
    const std::string found = "labels: " + Quoted(member.key);
    if (!IsLabelName(member.key)) {
      value.problems.Add(member.key_position,
                         found +
                             " is not a label name; expected letters, digits and '_', "
                             "not beginning with a digit");
      valid = false;
    } else if (IsReservedLabel(member.key)) {
      value.problems.Add(member.key_position,
                         found +
                             " is reserved for the exporter and Prometheus; expected another "
                             "label name");
      valid = false;
    } else {
      valid &= ReadLabelValue(Value{member.key, member.value, value.problems}, labels);
    }
  }
  std::sort(labels.begin(), labels.end());
  return valid;
}

}  // namespace config
