#include "exporter/page/target_page.h"

#include "exporter/page/audit_section.h"
#include "exporter/page/exchange_section.h"
#include "exporter/page/format.h"
#include "exporter/page/history_section.h"
#include "exporter/page/judgement.h"
#include "exporter/page/situation_section.h"
#include "exporter/page/target_snapshot.h"
#include "exporter/page/verdict_section.h"
#include "exporter/page/version_section.h"

namespace exporter {
namespace {

void AddFact(std::string_view name, std::string_view value, Html* html) {
  html->Raw("<div><dt>").Text(name).Raw("</dt><dd>").Text(value).Raw("</dd></div>");
}

std::string IntervalText(std::chrono::milliseconds interval) {
  if (interval.count() == 0) return "never";
  return "every " + DurationText(std::chrono::duration<double>(interval).count());
}

std::string LabelsText(const ike::Target& target) {
  std::string text;
  if (!target.labels) return text;
  for (const auto& [name, value] : *target.labels) {
    if (!text.empty()) text += ", ";
    text.append(name).append("=").append(value);
  }
  return text;
}

void AddDetails(const TargetSnapshot& snapshot, Html* html) {
  const ike::Target& target = snapshot.target;
  const ike::ProbeSettings& settings = *target.settings;
  html->Raw("<section id=\"details\"><h2>Details</h2><dl class=\"facts\">");
  AddFact("Host", target.host, html);
  AddFact("Transport",
          std::string(ike::TransportName(settings.transport)) + " " + std::to_string(settings.port),
          html);
  if (target.module) AddFact("Module", *target.module, html);
  AddFact("Policy", settings.policy, html);
  AddFact("Probed", IntervalText(settings.interval), html);
  AddFact("Audited", IntervalText(settings.audit_interval), html);
  if (target.labels) AddFact("Labels", LabelsText(target), html);
  html->Raw("</dl><p>").Link("/api/targets/" + target.name, "As JSON").Raw("</p></section>");
}

}  // namespace

std::string TargetPage(const PageContext& context, const TargetEntry& entry) {
  TargetSnapshot snapshot = SnapshotOf(entry);
  std::string_view condition = ConditionName(ConditionOf(snapshot.facts()));
  Html html;
  BeginPage(context, snapshot.target.name + " " + std::string(condition) + " - ike_exporter", "",
            &html);
  html.Raw(
      "<nav class=\"crumbs\" aria-label=\"On this page\"><ul><li><a href=\"/\">All "
      "targets</a><li><a href=\"#findings\">Audit</a><li><a href=\"#details\">Details</a><li><a "
      "href=\"#history\">Failures</a></ul></nav><div id=\"live\"><h1>");
  html.Text(snapshot.target.name).Raw("</h1>");
  AddSituationSection(context, snapshot, &html);
  AddVerdictSection(snapshot, context.now, &html);
  AddDetails(snapshot, &html);
  AddRttSection(snapshot, context.now, &html);
  AddVersionSection(snapshot, context.now, &html);
  html.Raw("</div>");
  AddHistorySection(snapshot, context.now, &html);
  AddAuditSection(snapshot, &html);
  AddExchangeSection(snapshot, context.now, &html);
  EndPage(&html);
  return html.Take();
}

}  // namespace exporter
