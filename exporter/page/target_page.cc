#include "exporter/page/target_page.h"

#include "exporter/page/audit_section.h"
#include "exporter/page/exchange_section.h"
#include "exporter/page/format.h"
#include "exporter/page/history_section.h"
#include "exporter/page/judgement.h"
#include "exporter/page/list_query.h"
#include "exporter/page/target_row.h"
#include "exporter/page/target_snapshot.h"
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

void AddFacts(const TargetSnapshot& snapshot, double now, Html* html) {
  const ike::Target& target = snapshot.target;
  const ike::ProbeSettings& settings = *target.settings;
  html->Raw("<dl class=\"facts\">");
  AddFact("Host", target.host, html);
  AddFact("Transport",
          std::string(ike::TransportName(settings.transport)) + " " + std::to_string(settings.port),
          html);
  if (target.module) AddFact("Module", *target.module, html);
  AddFact("Policy", settings.policy, html);
  AddFact("Probed", IntervalText(settings.interval), html);
  AddFact("Audited", IntervalText(settings.audit_interval), html);
  if (target.labels) AddFact("Labels", LabelsText(target), html);
  Change change = LastChange(snapshot.facts());
  if (change.at > 0) {
    AddFact("Last change", std::string(change.what) + " " + AgoText(change.at, now), html);
  }
  html->Raw("</dl>");
}

// Probes with the module's settings, which need not be all of the target's own.
std::string ProbeAddress(const ike::Target& target) {
  bool v6 = target.host.find(':') != std::string::npos;
  std::string host = v6 ? "[" + target.host + "]" : target.host;
  std::string place = host + ":" + std::to_string(target.settings->port);
  std::string address = "/probe?target=" + PercentEncode(place);
  if (target.module) address += "&module=" + PercentEncode(*target.module);
  return address + "&debug=true";
}

void AddHead(const TargetSnapshot& snapshot, Html* html) {
  const ike::Target& target = snapshot.target;
  TargetFacts facts = snapshot.facts();
  html->Raw("<h1>").Text(target.name);
  html->Raw("</h1><p class=\"verdict\">");
  AddConditionBadge(ConditionOf(facts), html);
  html->Raw(" ");
  AddVersionChips(facts, html);
  // "none" says something below the heading of a column only.
  WeakCount weak = CountWeak(facts.audit);
  if (weak.broken + weak.weak + weak.violations > 0) {
    html->Raw(" ");
    AddWeakBadges(facts, html);
  }
  html->Raw("</p>");
  std::string problem = ProblemText(facts);
  if (!problem.empty()) html->Element("p", "problem", problem);
  html->Raw("<p class=\"actions\">").Link(ProbeAddress(target), "Probe now, with every packet");
  html->Raw(" ").Link("/api/targets/" + target.name, "As JSON").Raw("</p>");
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
      "targets</a><li><a "
      "href=\"#versions\">Versions</a><li><a href=\"#history\">Failures</a><li><a href=\"#audit\">"
      "Audit</a><li><a href=\"#exchange\">Last exchange</a></ul></nav><div id=\"live\">");
  AddHead(snapshot, &html);
  AddFacts(snapshot, context.now, &html);
  AddRttSection(snapshot, context.now, &html);
  AddVersionSection(snapshot, context.now, &html);
  html.Raw("</div>");
  AddHistorySection(snapshot, context.now, &html);
  AddAuditSection(snapshot, context.now, &html);
  AddExchangeSection(snapshot, context.now, &html);
  EndPage(&html);
  return html.Take();
}

}  // namespace exporter
