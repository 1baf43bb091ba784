#include "exporter/page/markdown.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace exporter {
namespace {

constexpr std::string_view kFence = "```";

void AddInline(std::string_view text, Html* html);

std::string_view Trimmed(std::string_view text) {
  size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// What stands between `mark` at the begin of `text` and the next one; empty where it is not closed.
std::string_view Between(std::string_view text, std::string_view mark) {
  if (!text.starts_with(mark)) return {};
  size_t end = text.find(mark, mark.size());
  if (end == std::string_view::npos) return {};
  return text.substr(mark.size(), end - mark.size());
}

// Emphasis neither begins nor ends with a space (CommonMark section 6.2).
std::string_view Emphasized(std::string_view text, std::string_view mark) {
  std::string_view inner = Between(text, mark);
  bool flanked = !inner.empty() && inner.front() != ' ' && inner.back() != ' ';
  return flanked ? inner : std::string_view();
}

// Adds the link at the begin of `text`; how many characters it has, 0 = there is none.
size_t AddLink(std::string_view text, Html* html) {
  size_t middle = text.find("](");
  size_t end = text.find(')', middle);
  if (text.front() != '[' || middle == std::string_view::npos || end == std::string_view::npos) {
    return 0;
  }
  std::string_view address = text.substr(middle + 2, end - middle - 2);
  bool runbook = address.ends_with(".md") && address.find('/') == std::string_view::npos;
  if (runbook) {
    address.remove_suffix(3);
    html->Raw("<a").Attribute("href", "/runbooks/" + std::string(address)).Raw(">");
  }
  AddInline(text.substr(1, middle - 1), html);
  if (runbook) html->Raw("</a>");
  return end + 1;
}

// Adds what is more than plain text at the begin of `text`; how many characters it has, 0 =
// nothing.
size_t AddSpan(std::string_view text, Html* html) {
  if (std::string_view code = Between(text, "`"); !code.empty()) {
    html->Element("code", "", code);
    return code.size() + 2;
  }
  if (std::string_view strong = Emphasized(text, "**"); !strong.empty()) {
    html->Raw("<strong>");
    AddInline(strong, html);
    html->Raw("</strong>");
    return strong.size() + 4;
  }
  if (std::string_view stressed = Emphasized(text, "*"); !stressed.empty()) {
    html->Raw("<em>");
    AddInline(stressed, html);
    html->Raw("</em>");
    return stressed.size() + 2;
  }
  return AddLink(text, html);
}

void AddInline(std::string_view text, Html* html) {
  while (!text.empty()) {
    size_t plain = std::min(text.find_first_of("`*["), text.size());
    html->Text(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    size_t size = AddSpan(text, html);
    if (size == 0) html->Text(text.substr(0, 1));
    text.remove_prefix(std::max<size_t>(size, 1));
  }
}

// Where the text of a list item begins in `line`, 0 = it is none.
size_t ItemText(std::string_view line) {
  if (line.starts_with("- ")) return 2;
  size_t digits = 0;
  while (digits < line.size() && std::isdigit(static_cast<unsigned char>(line[digits])) != 0) {
    ++digits;
  }
  return digits > 0 && line.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

size_t HeadingLevel(std::string_view line) {
  size_t level = line.find_first_not_of('#');
  bool heading = level != std::string_view::npos && level > 0 && level <= 3 && line[level] == ' ';
  return heading ? level : 0;
}

bool BeginsBlock(std::string_view line) {
  return line.empty() || line.starts_with('|') || line.starts_with(kFence) ||
         HeadingLevel(line) != 0 || ItemText(line) != 0;
}

// A vertical bar with a backslash before it is text, in code spans too.
std::vector<std::string> CellsOf(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '|') {
      cells.emplace_back(Trimmed(cell));
      cell.clear();
      continue;
    }
    if (line.substr(i).starts_with("\\|")) ++i;
    cell += line[i];
  }
  return cells;
}

bool IsDelimiterRow(std::string_view line) {
  return line.find_first_not_of("|-: ") == std::string_view::npos;
}

void AddRow(const std::vector<std::string>& cells, bool head, Html* html) {
  html->Raw("<tr>");
  for (size_t i = 0; i < cells.size(); ++i) {
    // A heading without a text names nothing.
    bool heading = (head || i == 0) && !cells[i].empty();
    html->Raw(!heading ? "<td>" : head ? "<th scope=\"col\">" : "<th scope=\"row\">");
    AddInline(cells[i], html);
    html->Raw(heading ? "</th>" : "</td>");
  }
  html->Raw("</tr>");
}

class Renderer {
 public:
  Renderer(std::string_view text, Html* html) : html_(html) {
    while (!text.empty()) {
      size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void Render() {
    while (!AtEnd()) AddBlock();
  }

 private:
  bool AtEnd() const { return at_ == lines_.size(); }
  std::string_view Line() const { return lines_[at_]; }

  void AddBlock() {
    std::string_view line = Line();
    if (line.empty()) {
      ++at_;
    } else if (size_t level = HeadingLevel(line); level != 0) {
      AddHeading(level);
    } else if (line.starts_with(kFence)) {
      AddCode();
    } else if (line.starts_with('|')) {
      AddTable();
    } else if (ItemText(line) != 0) {
      AddList(line.front() == '-' ? "ul" : "ol");
    } else {
      html_->Raw("<p>");
      AddInline(Joined(line), html_);
      html_->Raw("</p>");
    }
  }

  void AddHeading(size_t level) {
    std::string tag = "h" + std::to_string(level);
    html_->Raw("<").Raw(tag).Raw(">");
    AddInline(Line().substr(level + 1), html_);
    html_->Raw("</").Raw(tag).Raw(">");
    ++at_;
  }

  // `first` and the lines that go on with it.
  std::string Joined(std::string_view first) {
    std::string text(first);
    for (++at_; !AtEnd() && !BeginsBlock(Line()); ++at_) {
      text.append(" ").append(Trimmed(Line()));
    }
    return text;
  }

  void AddCode() {
    html_->Raw("<pre>");
    for (++at_; !AtEnd() && !Line().starts_with(kFence); ++at_) html_->Text(Line()).Raw("\n");
    html_->Raw("</pre>");
    if (!AtEnd()) ++at_;
  }

  void AddList(std::string_view tag) {
    html_->Raw("<").Raw(tag).Raw(">");
    while (!AtEnd() && ItemText(Line()) != 0) {
      html_->Raw("<li>");
      AddInline(Joined(Line().substr(ItemText(Line()))), html_);
    }
    html_->Raw("</").Raw(tag).Raw(">");
  }

  void AddTable() {
    html_->Raw("<table>");
    std::vector<std::string> head = CellsOf(Line());
    ++at_;
    if (!std::ranges::all_of(head, &std::string::empty)) {
      html_->Raw("<thead>");
      AddRow(head, true, html_);
      html_->Raw("</thead>");
    }
    if (!AtEnd() && IsDelimiterRow(Line())) ++at_;
    html_->Raw("<tbody>");
    for (; !AtEnd() && Line().starts_with('|'); ++at_) AddRow(CellsOf(Line()), false, html_);
    html_->Raw("</tbody></table>");
  }

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  Html* html_;
};

}  // namespace

void AddMarkdown(std::string_view text, Html* html) { Renderer(text, html).Render(); }

}  // namespace exporter
