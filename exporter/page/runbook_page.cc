#include "exporter/page/runbook_page.h"

#include "exporter/page/markdown.h"

namespace exporter {
namespace {

constexpr std::string_view kOverview = "README";

void AddAllRunbooks(Html* html) {
  html->Raw("<h2>All runbooks</h2><ul>");
  for (const Runbook& runbook : AllRunbooks()) {
    if (runbook.name == kOverview) continue;
    html->Raw("<li>").Link("/runbooks/" + std::string(runbook.name), runbook.name);
  }
  html->Raw("</ul>");
}

}  // namespace

std::string RunbookPage(const PageContext& context, const Runbook& runbook) {
  bool overview = runbook.name == kOverview;
  std::string title = overview ? "Runbooks" : std::string(runbook.name);
  Html html;
  BeginPage(context, title + " - ike_exporter", overview ? "/runbooks/README" : "", &html);
  html.Raw(
      "<nav class=\"crumbs\" aria-label=\"Where this is\"><ul><li><a href=\"/\">All targets</a>"
      "<li><a href=\"/runbooks/README\">All runbooks</a></ul></nav><article class=\"runbook\">");
  AddMarkdown(runbook.text, &html);
  if (overview) AddAllRunbooks(&html);
  html.Raw("</article>");
  EndPage(&html);
  return html.Take();
}

}  // namespace exporter
