#include "exporter/page/recent_section.h"

#include "exporter/page/format.h"

namespace exporter {
namespace {

void AddRow(const RecentProbeRow& row, double now, Html* html) {
  html->Raw("<tr><th scope=\"row\">").Text(row.target).Raw("</th><td>");
  html->Text(row.module.empty() ? "the defaults" : row.module).Raw("</td><td>");
  html->Element("span", row.success ? "badge up" : "badge down", row.success ? "up" : "down");
  html->Raw("</td><td>").Text(RttText(row.duration_seconds)).Raw("</td><td>");
  AddAgo(row.at, now, html);
  html->Raw("</td><td><a").Attribute("href", "/logs?id=" + std::to_string(row.id));
  html->Attribute("aria-label", "Log of probe " + std::to_string(row.id) + ", " + row.target);
  html->Raw(">Log</a></td></tr>");
}

}  // namespace

void AddRecentSection(const std::vector<RecentProbeRow>& rows, double now, Html* html) {
  if (rows.empty()) return;
  html->Raw(
      "<section id=\"recent\"><h2>Probed on request</h2>"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Probed on request\" tabindex=\"0\">"
      "<table><thead><tr><th scope=\"col\">Host</th><th scope=\"col\">Module</th>"
      "<th scope=\"col\">Result</th><th scope=\"col\">Took</th><th scope=\"col\">When</th>"
      "<th scope=\"col\">Packets</th></tr></thead><tbody>");
  for (const RecentProbeRow& row : rows) AddRow(row, now, html);
  html->Raw("</tbody></table></div></section>");
}

}  // namespace exporter
