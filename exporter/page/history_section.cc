#include "exporter/page/history_section.h"

#include <vector>

#include "exporter/page/format.h"
#include "exporter/page/judgement.h"
#include "exporter/page/sparkline.h"

namespace exporter {
namespace {

using ike::IkeVersion;

void AddCharts(const std::vector<ProbeRecord>& recent, double now, Html* html) {
  html->Raw("<div class=\"charts\">");
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    std::vector<ProbeRecord> records = RecordsOf(recent, version, ProbeHistory::kRecent);
    if (records.empty()) continue;
    html->Raw("<div><h3>").Text(VersionText(version)).Raw("</h3>");
    AddRttChart(records, now, html);
    html->Raw("</div>");
  }
  html->Raw("</div>");
}

void AddRun(const FailureRun& run, double now, Html* html) {
  html->Raw("<tr><th scope=\"row\">");
  AddTime(run.last_at, now, html);
  html->Raw("</th><td>").Text(VersionText(run.version)).Raw("</td><td>");
  html->Element("span", run.up ? "weak" : "broken", ReasonText(run.reason)).Raw("</td><td>");
  html->Number(run.count).Raw("</td><td>");
  html->Text(run.count < 2 ? "" : DurationText(run.last_at - run.first_at)).Raw("</td></tr>");
}

void AddFailures(const std::vector<FailureRun>& runs, double now, Html* html) {
  if (runs.empty()) {
    html->Raw("<p>None.</p>");
    return;
  }
  html->Raw(
      "<div class=\"scroll\" role=\"region\" aria-label=\"Failures\" tabindex=\"0\"><table><thead>"
      "<tr><th scope=\"col\">Last, UTC</th><th scope=\"col\">Version</th><th scope=\"col\">Why</th>"
      "<th scope=\"col\">Probes in a row</th><th scope=\"col\">For</th></tr></thead><tbody>");
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) AddRun(*run, now, html);
  html->Raw("</tbody></table></div>");
}

void AddProbe(const ProbeRecord& record, double now, Html* html) {
  html->Raw("<tr><th scope=\"row\">");
  AddTime(record.at, now, html);
  html->Raw("</th><td>").Text(VersionText(record.version)).Raw("</td><td>");
  if (record.up) {
    html->Element("span", record.negotiated ? "good" : "weak",
                  record.negotiated ? "up" : "up, agrees to nothing");
  } else {
    html->Element("span", "broken", ReasonText(record.reason));
  }
  html->Raw("</td><td>");
  if (record.rtt_seconds > 0) html->Text(RttText(static_cast<double>(record.rtt_seconds)));
  html->Raw("</td></tr>");
}

void AddProbes(const std::vector<ProbeRecord>& recent, double now, Html* html) {
  html->Raw("<details><summary>The last ").Number(static_cast<int64_t>(recent.size()));
  html->Raw(
      " probes</summary><table><thead><tr><th scope=\"col\">Ended, UTC</th><th scope=\"col\">"
      "Version</th><th scope=\"col\">Result</th><th scope=\"col\">RTT</th></tr></thead><tbody>");
  for (auto record = recent.rbegin(); record != recent.rend(); ++record) {
    AddProbe(*record, now, html);
  }
  html->Raw("</tbody></table></details>");
}

// A refusal, or silence, of a version that is not configured there.
bool IsExpected(const TargetSnapshot& snapshot, const FailureRun& run) {
  if (!LooksUnconfigured(snapshot.facts(), run.version)) return false;
  return run.up || !snapshot.of(run.version).ever_answered;
}

void AddUnconfigured(const TargetSnapshot& snapshot, Html* html) {
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (!LooksUnconfigured(snapshot.facts(), version)) continue;
    bool answered = snapshot.of(version).ever_answered;
    html->Raw("<p class=\"quiet\">").Text(VersionText(version));
    html->Raw(answered ? " is refused" : " is not answered");
    html->Raw(", as it is where only the other version is configured: that is no failure.</p>");
  }
}

}  // namespace

void AddRttSection(const TargetSnapshot& snapshot, double now, Html* html) {
  if (!snapshot.history) return;
  html->Raw("<section id=\"rtt\"><h2>RTT</h2>");
  AddCharts(snapshot.history->Recent(), now, html);
  html->Raw("</section>");
}

void AddHistorySection(const TargetSnapshot& snapshot, double now, Html* html) {
  html->Raw("<section id=\"history\"><h2>Failures</h2>");
  if (!snapshot.history) {
    html->Raw(
        "<p class=\"quiet\">None is kept with <code>[metrics] detail = \"basic\"</code>.</p>"
        "</section>");
    return;
  }
  std::vector<ProbeRecord> recent = snapshot.history->Recent();
  std::vector<FailureRun> failures = snapshot.history->Failures();
  std::erase_if(failures, [&](const FailureRun& run) { return IsExpected(snapshot, run); });
  AddFailures(failures, now, html);
  AddUnconfigured(snapshot, html);
  if (!recent.empty()) AddProbes(recent, now, html);
  html->Raw("</section>");
}

}  // namespace exporter
