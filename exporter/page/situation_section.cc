#include "exporter/page/situation_section.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "exporter/base/count_text.h"
#include "exporter/page/format.h"
#include "exporter/page/judgement.h"
#include "exporter/page/list_query.h"
#include "exporter/page/target_row.h"

namespace exporter {
namespace {

constexpr std::string_view kPlaceholder = "{target}";

// Probes with the module's settings, which need not be all of the target's own.
std::string ProbeAddress(const ike::Target& target) {
  bool v6 = target.host.find(':') != std::string::npos;
  std::string host = v6 ? "[" + target.host + "]" : target.host;
  std::string place = host + ":" + std::to_string(target.settings->port);
  std::string address = "/probe?target=" + PercentEncode(place);
  if (target.module) address += "&module=" + PercentEncode(*target.module);
  return address + "&debug=true";
}

std::string DashboardAddress(std::string address, std::string_view target) {
  const std::string name = PercentEncode(target);
  size_t at = address.find(kPlaceholder);
  while (at != std::string::npos) {
    address.replace(at, kPlaceholder.size(), name);
    at = address.find(kPlaceholder, at + name.size());
  }
  return address;
}

// It answers; what the audit found is all that may be wrong.
void AddFindings(const TargetFacts& facts, Html* html) {
  const uint32_t findings = CountWeak(facts.audit).violations;
  if (findings == 0) {
    html->Raw("nothing");
    return;
  }
  html->Link("#findings", Counted(findings, "finding") + " of the audit");
}

void AddProblem(const TargetFacts& facts, Html* html) {
  Condition condition = ConditionOf(facts);
  std::string problem = ProblemText(facts);
  html->Raw("<div><dt>What is wrong</dt><dd>");
  AddConditionBadge(condition, html);
  html->Raw(" ");
  if (!problem.empty()) {
    html->Element("span", "problem", problem);
  } else if (condition == Condition::kWaiting) {
    html->Raw("nothing is known yet");
  } else {
    AddFindings(facts, html);
  }
  html->Raw(" ");
  AddVersionChips(facts, html);
  html->Raw("</dd></div>");
}

void AddDuration(const TargetSnapshot& snapshot, double now, Html* html) {
  TargetFacts facts = snapshot.facts();
  Condition condition = ConditionOf(facts);
  if (condition == Condition::kWaiting) return;
  double since = ConditionSince(facts);
  html->Raw("<div><dt>For how long</dt><dd>");
  if (since > 0) {
    AddSince(since, now, html);
  } else if (condition == Condition::kDown) {
    html->Raw("never up");
    if (snapshot.first_probed_at > 0) {
      html->Raw(" for ");
      AddSince(snapshot.first_probed_at, now, html);
    }
  } else {
    html->Raw("unknown");
  }
  html->Raw("</dd></div>");
}

// "99.95 % of the last 24 h". Rounded down: what was down is not said to have been up throughout.
std::string ShareText(Uptime::Share share, std::string_view period) {
  char percent[16];
  double up = std::floor(1e4 * (1 - share.down / share.known)) / 100;
  std::snprintf(percent, sizeof percent, "%.2f %%", std::clamp(up, 0.0, 100.0));
  return std::string(percent) + " of the last " + std::string(period);
}

void AddUptime(const TargetSnapshot& snapshot, double now, Html* html) {
  if (!snapshot.history) return;
  const Uptime& uptime = snapshot.history->uptime();
  Uptime::Share day = uptime.LastDay(now);
  Uptime::Share week = uptime.LastWeek(now);
  if (week.known <= 0) return;
  html->Raw("<div><dt>Uptime</dt><dd>");
  if (day.known > 0) html->Text(ShareText(day, "24 h") + ", ");
  html->Text(ShareText(week, "7 days")).Raw(" <small>");
  html->Text(DurationText(week.known)).Raw(" known</small></dd></div>");
}

void AddActions(const PageContext& context, const TargetSnapshot& snapshot, Html* html) {
  const ike::Target& target = snapshot.target;
  std::string_view runbook = RunbookOf(snapshot.facts());
  const std::string& dashboard = context.table->config->web.dashboard_url;
  html->Raw("<div><dt>What to do</dt><dd class=\"actions\">");
  if (!runbook.empty()) {
    html->Link("/runbooks/" + std::string(runbook), "Runbook " + std::string(runbook)).Raw(" ");
  }
  if (!dashboard.empty()) {
    html->Link(DashboardAddress(dashboard, target.name), "Dashboard").Raw(" ");
  }
  html->Link(ProbeAddress(target), "Probe now, with every packet").Raw("</dd></div>");
}

}  // namespace

void AddSituationSection(const PageContext& context, const TargetSnapshot& snapshot, Html* html) {
  TargetFacts facts = snapshot.facts();
  std::string_view condition = ConditionName(ConditionOf(facts));
  html->Raw("<section id=\"situation\" aria-label=\"Situation\"");
  html->Attribute("class", "situation " + std::string(condition)).Raw("><dl>");
  AddProblem(facts, html);
  AddDuration(snapshot, context.now, html);
  AddActions(context, snapshot, html);
  AddUptime(snapshot, context.now, html);
  html->Raw("</dl></section>");
}

}  // namespace exporter
