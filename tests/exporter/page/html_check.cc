#include "tests/exporter/page/html_check.h"

#include <algorithm>
#include <array>
#include <regex>
#include <vector>

namespace exporter::test {
namespace {

bool HasNoEnd(std::string_view name) {
  constexpr std::array<std::string_view, 6> kVoid = {"!doctype", "meta", "link",
                                                     "input",    "br",   "path"};
  return std::ranges::find(kVoid, name) != kVoid.end();
}

// HTML ends a list item where the next begins or the list ends.
void EndListItem(std::vector<std::string>* open) {
  if (!open->empty() && open->back() == "li") open->pop_back();
}

std::string NameOf(std::string_view tag) {
  size_t end = tag.find_first_of(" /\n");
  return std::string(tag.substr(0, end));
}

}  // namespace

std::string Malformed(std::string_view html) {
  std::vector<std::string> open;
  for (size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    size_t end = html.find('>', at);
    if (end == std::string_view::npos) return "an unended tag";
    bool closes = html[at + 1] == '/';
    std::string name = NameOf(html.substr(at + (closes ? 2 : 1), end - at - (closes ? 2 : 1)));
    if (name == "li" || (closes && (name == "ul" || name == "ol"))) EndListItem(&open);
    if (!closes && !HasNoEnd(name)) open.push_back(name);
    if (!closes) continue;
    if (open.empty() || open.back() != name) {
      return "</" + name + "> ends " + (open.empty() ? "nothing" : open.back());
    }
    open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string Forbidden(std::string_view html) {
  static const std::regex kForbidden(
      R"(<script>|<style|\sstyle=|\son[a-z]+=|javascript:|(src|href|action)="(https?:)?//)",
      std::regex::icase);
  std::match_results<std::string_view::const_iterator> match;
  return std::regex_search(html.begin(), html.end(), match, kForbidden) ? match.str() : "";
}

}  // namespace exporter::test
