// Document and Node: one parsed TOML file as the loader sees it, with the place of every key and
// value. The only door to toml++ (document.cc); config/ code reads files through it. A Node is a
// view that must not outlive its Document. Not for sharing between threads while the Document is
// built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace config {

struct Position {
  uint32_t line = 0;  // from 1
  uint32_t column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

enum class NodeType : uint8_t { kTable, kArray, kString, kInteger, kFloat, kBoolean, kDate };

struct Member;

class Node {
 public:
  NodeType type() const { return type_; }
  Position position() const;

  std::optional<std::string_view> string() const;
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;  // of a float or an integer
  std::optional<bool> boolean() const;

  // REQUIRES: an array.
  size_t size() const;
  Node at(size_t index) const;

  // REQUIRES: a table. In the order of the keys' names, not of the file.
  std::vector<Member> members() const;
  std::optional<Node> find(std::string_view key) const;

 private:
  friend class Document;
  explicit Node(const void* node);

  const void* node_;
  NodeType type_;
};

struct Member {
  std::string_view key;
  Position key_position;
  Node value;
};

struct SyntaxError {
  Position position;
  std::string message;
};

class Document {
 public:
  static tl::expected<Document, SyntaxError> Parse(std::string_view text);

  Node root() const { return Node(root_.get()); }

 private:
  explicit Document(std::shared_ptr<const void> root) : root_(std::move(root)) {}

  std::shared_ptr<const void> root_;
};

}  // namespace config
