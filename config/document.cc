#include "config/document.h"

#include <toml++/toml.h>

#include <exception>
#include <utility>

namespace config {
namespace {

// toml++ says "Error while parsing ..." of what it was reading, and a sentence of its own
// otherwise.
std::string SyntaxMessage(std::string_view description) {
  constexpr std::string_view kStart = "Error ";
  if (!description.starts_with(kStart)) return "syntax error: " + std::string(description);
  return "syntax error " + std::string(description.substr(kStart.size()));
}

const toml::node& Toml(const void* node) { return *static_cast<const toml::node*>(node); }

NodeType TypeOf(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return NodeType::kTable;
    case toml::node_type::array:
      return NodeType::kArray;
    case toml::node_type::string:
      return NodeType::kString;
    case toml::node_type::integer:
      return NodeType::kInteger;
    case toml::node_type::floating_point:
      return NodeType::kFloat;
    case toml::node_type::boolean:
      return NodeType::kBoolean;
    default:
      return NodeType::kDate;
  }
}

Position ToPosition(const toml::source_region& region) {
  return Position{region.begin.line, region.begin.column};
}

template <typename T>
std::optional<T> ValueOf(const void* node) {
  const auto* value = Toml(node).as<T>();
  if (value == nullptr) return std::nullopt;
  return value->get();
}

}  // namespace

Node::Node(const void* node) : node_(node), type_(TypeOf(Toml(node))) {}

Position Node::position() const { return ToPosition(Toml(node_).source()); }

std::optional<std::string_view> Node::string() const {
  const auto* value = Toml(node_).as_string();
  if (value == nullptr) return std::nullopt;
  return std::string_view(value->get());
}

std::optional<int64_t> Node::integer() const { return ValueOf<int64_t>(node_); }

std::optional<double> Node::number() const {
  if (const auto whole = integer()) return static_cast<double>(*whole);
  return ValueOf<double>(node_);
}

std::optional<bool> Node::boolean() const { return ValueOf<bool>(node_); }

size_t Node::size() const { return Toml(node_).as_array()->size(); }

Node Node::at(size_t index) const { return Node(Toml(node_).as_array()->get(index)); }

std::vector<Member> Node::members() const {
  const toml::table& table = *Toml(node_).as_table();
  std::vector<Member> members;
  members.reserve(table.size());
  for (const auto& [key, value] : table) {
    members.push_back({key.str(), ToPosition(key.source()), Node(&value)});
  }
  return members;
}

std::optional<Node> Node::find(std::string_view key) const {
  const toml::node* value = Toml(node_).as_table()->get(key);
  if (value == nullptr) return std::nullopt;
  return Node(value);
}

// The one place where toml++ throws: nothing passes beyond it.
tl::expected<Document, SyntaxError> Document::Parse(std::string_view text) try {
  auto table = std::make_shared<const toml::table>(toml::parse(text));
  const toml::node* node = table.get();
  return Document(std::shared_ptr<const void>(std::move(table), node));
} catch (const toml::parse_error& error) {
  return tl::make_unexpected(
      SyntaxError{ToPosition(error.source()), SyntaxMessage(error.description())});
} catch (const std::exception& error) {
  return tl::make_unexpected(SyntaxError{Position{}, error.what()});
}

}  // namespace config
