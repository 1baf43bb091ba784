#include "tests/responder/script_table.h"

namespace responder {
namespace {

std::optional<Bytes> ParseHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  for (size_t i = 0; i < text.size(); i += 2) {
    int value = 0;
    for (char c : text.substr(i, 2)) {
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0) return std::nullopt;
      value = value << 4 | digit;
    }
    out.push_back(static_cast<uint8_t>(value));
  }
  return out;
}

}  // namespace

const toml::node* ScriptTable::Node(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void ScriptTable::Fail(std::string_view key, const std::string& what) {
  const toml::node* node = table_.get(key);
  uint32_t line = node != nullptr ? node->source().begin.line : table_.source().begin.line;
  errors_.push_back(file_ + ":" + std::to_string(line) + ": " + std::string(key) + " " + what);
}

void ScriptTable::FailAtLeftovers() {
  for (const auto& [key, node] : table_) {
    if (!known_.contains(key.str())) Fail(key.str(), "is no key here");
  }
}

template <typename T>
void ScriptTable::ReadValue(std::string_view key, T& out, const char* expected) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  auto value = node->value_exact<T>();
  if (!value) return Fail(key, expected);
  out = std::move(*value);
}

template <typename T>
std::vector<T> ScriptTable::ReadArray(std::string_view key, const char* expected) {
  std::vector<T> out;
  const toml::node* node = Node(key);
  if (node == nullptr) return out;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    Fail(key, expected);
    return out;
  }
  for (const toml::node& one : *array) {
    auto value = one.value_exact<T>();
    if (!value) {
      Fail(key, expected);
      return {};
    }
    out.push_back(std::move(*value));
  }
  return out;
}

void ScriptTable::Read(std::string_view key, bool& out) { ReadValue(key, out, "is true or false"); }

void ScriptTable::Read(std::string_view key, std::string& out) {
  ReadValue(key, out, "is a string");
}

void ScriptTable::Read(std::string_view key, double& out) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  auto value = node->value<double>();
  if (!value || *value < 0 || *value > 1) return Fail(key, "is a probability from 0 to 1");
  out = *value;
}

void ScriptTable::Read(std::string_view key, uint32_t& out) {
  int64_t value = out;
  ReadValue(key, value, "is a whole number");
  if (value < 0 || value > UINT32_MAX) return Fail(key, "is out of range");
  out = static_cast<uint32_t>(value);
}

void ScriptTable::Read(std::string_view key, std::vector<std::string>& out) {
  if (Has(key)) out = ReadArray<std::string>(key, "is a list of strings");
}

void ScriptTable::ReadDuration(std::string_view key, int64_t& out) {
  std::string text;
  Read(key, text);
  if (!Has(key)) return;
  auto value = ParseDuration(text);
  if (!value) return Fail(key, "is a duration such as \"20ms\"");
  out = *value;
}

void ScriptTable::ReadDurations(std::string_view key, std::vector<int64_t>& out) {
  for (const std::string& text : ReadArray<std::string>(key, "is a list of durations")) {
    auto value = ParseDuration(text);
    if (!value) return Fail(key, "is a list of durations such as \"4s\"");
    out.push_back(*value);
  }
}

void ScriptTable::ReadNumbers(std::string_view key, std::vector<uint16_t>& out) {
  if (!Has(key)) return;
  out.clear();
  for (int64_t value : ReadArray<int64_t>(key, "is a list of numbers")) {
    if (value < 0 || value > UINT16_MAX) return Fail(key, "holds a number above 65535 or below 0");
    out.push_back(static_cast<uint16_t>(value));
  }
}

void ScriptTable::ReadHex(std::string_view key, std::vector<Bytes>& out) {
  if (!Has(key)) return;
  out.clear();
  for (const std::string& text : ReadArray<std::string>(key, "is a list of hex strings")) {
    auto value = ParseHex(text);
    if (!value) return Fail(key, "is a list of hex strings");
    out.push_back(std::move(*value));
  }
}

}  // namespace responder
