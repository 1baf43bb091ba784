#include "exporter/page/html.h"

namespace exporter {
namespace {

constexpr std::string_view EntityOf(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

void AppendEscaped(std::string_view text, std::string* html) {
  for (char c : text) {
    std::string_view entity = EntityOf(c);
    if (entity.empty()) {
      html->push_back(c);
    } else {
      *html += entity;
    }
  }
}

}  // namespace

Html& Html::Text(std::string_view text) {
  AppendEscaped(text, &text_);
  return *this;
}

Html& Html::Number(int64_t number) { return Raw(std::to_string(number)); }

Html& Html::Attribute(std::string_view name, std::string_view value) {
  Raw(" ").Raw(name).Raw("=\"").Text(value);
  return Raw("\"");
}

Html& Html::Element(std::string_view tag, std::string_view css, std::string_view text) {
  Raw("<").Raw(tag);
  if (!css.empty()) Attribute("class", css);
  return Raw(">").Text(text).Raw("</").Raw(tag).Raw(">");
}

Html& Html::Link(std::string_view address, std::string_view text) {
  return Raw("<a").Attribute("href", address).Raw(">").Text(text).Raw("</a>");
}

std::string EscapeHtml(std::string_view text) {
  std::string html;
  AppendEscaped(text, &html);
  return html;
}

}  // namespace exporter
