// Field tables: a section of the configuration as rows of {key, reader}, walked over what the file
// holds; a key that has no row is reported with the nearest one that has. Used by the section
// readers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/value.h"

namespace config {

template <typename T>
struct Field {
  std::string_view key;
  // Stores the value; false when it was refused (and reported).
  bool (*read)(const Value& value, T& out);
};

template <typename T>
const Field<T>* FindField(std::span<const Field<T>> fields, std::string_view key) {
  for (const Field<T>& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

template <typename T>
void AppendKeys(std::span<const Field<T>> fields, std::vector<std::string_view>& keys) {
  for (const Field<T>& field : fields) keys.push_back(field.key);
}

// "unknown key KEY in WHERE; expected ..., perhaps" or the list of what is known.
void ReportUnknownKey(const Member& member, std::string_view where,
                      std::span<const std::string_view> known, Problems& problems);

// Reads every key of the table `value`, which messages call `where` ("[web]").
template <typename T>
void ReadSection(const Value& value, std::string_view where,
                 std::type_identity_t<std::span<const Field<T>>> fields, T& out) {
  if (value.node.type() != NodeType::kTable) {
    value.RejectType("a table");
    return;
  }
  for (const Member& member : value.node.members()) {
    if (const Field<T>* field = FindField(fields, member.key)) {
      field->read(Value{member.key, member.value, value.problems}, out);
      continue;
    }
    std::vector<std::string_view> known;
    AppendKeys(fields, known);
    ReportUnknownKey(member, where, known, value.problems);
  }
}

}  // namespace config
