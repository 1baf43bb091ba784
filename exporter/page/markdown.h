// AddMarkdown: renders the part of Markdown that the runbooks use (CommonMark and the tables of
// GitHub Flavored Markdown): headings, paragraphs, lists of one level, fenced code, tables, code
// spans, emphasis and links. Everything else is text. Markup in the source is escaped. Pure
// function.
#pragma once

#include <string_view>

#include "exporter/page/html.h"

namespace exporter {

// A link to "NAME.md" becomes one to "/runbooks/NAME"; of any other link only the text remains.
void AddMarkdown(std::string_view text, Html* html);

}  // namespace exporter
