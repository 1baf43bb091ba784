// Problems: the mistakes found in one file, in the order of its lines at the end. Filled by
// everything that reads a part of the configuration. Not thread-safe: one per file and load.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/load.h"

namespace config {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  void Add(Position position, std::string message) {
    errors_.push_back({file_, position.line, position.column, std::move(message)});
  }

  ConfigErrors Take() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
      return Position{a.line, a.column} < Position{b.line, b.column};
    });
    return std::exchange(errors_, {});
  }

 private:
  std::string file_;
  ConfigErrors errors_;
};

}  // namespace config
