// Strict reading of one TOML table: every key is asked for once, what is left over or of the wrong
// type is an error with its line. Used by script.cc only; errors gather in a shared list.
#pragma once

#include <toml++/toml.h>

#include <set>
#include <string>
#include <vector>

#include "tests/responder/script.h"

namespace responder {

class ScriptTable {
 public:
  ScriptTable(const toml::table& table, std::string file, std::vector<std::string>& errors)
      : table_(table), file_(std::move(file)), errors_(errors) {}

  bool Has(std::string_view key) const { return table_.contains(key); }

  // Each leaves `out` alone when the key is missing.
  void Read(std::string_view key, bool& out);
  void Read(std::string_view key, double& out);  // a probability
  void Read(std::string_view key, std::string& out);
  void Read(std::string_view key, std::vector<std::string>& out);
  void Read(std::string_view key, uint32_t& out);
  void ReadDuration(std::string_view key, int64_t& out);
  void ReadDurations(std::string_view key, std::vector<int64_t>& out);
  void ReadNumbers(std::string_view key, std::vector<uint16_t>& out);
  void ReadHex(std::string_view key, std::vector<Bytes>& out);

  // The value of `out` that the word stands for.
  template <typename Enum>
  void ReadWord(std::string_view key, Enum& out,
                std::initializer_list<std::pair<std::string_view, Enum>> words) {
    std::string word;
    Read(key, word);
    if (!Has(key)) return;
    std::string known;
    for (const auto& [name, value] : words) {
      if (name == word) {
        out = value;
        return;
      }
      known += (known.empty() ? "\"" : ", \"") + std::string(name) + "\"";
    }
    Fail(key, "is one of " + known);
  }

  // The string or array at `key`, for keys that take either; null when missing.
  const toml::node* Node(std::string_view key);

  void Fail(std::string_view key, const std::string& what);
  void FailAtLeftovers();

 private:
  template <typename T>
  void ReadValue(std::string_view key, T& out, const char* expected);
  template <typename T>
  std::vector<T> ReadArray(std::string_view key, const char* expected);

  const toml::table& table_;
  std::string file_;
  std::vector<std::string>& errors_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace responder
