#include "exporter/page/status_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>
#include <vector>

#include "exporter/version.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit_result.h"
#include "probes/suite_text.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--ok:#1a7f37;--bad:#c62828;--warn:#9a6700;--line:#8884}"
    "@media(prefers-color-scheme:dark){:root{--ok:#4ac26b;--bad:#ff7b72;--warn:#d29922}}"
    "body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:80rem;padding:0 1rem}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);"
    "vertical-align:top}.scroll{overflow-x:auto}"
    ".up{color:var(--ok);font-weight:600}.down{color:var(--bad);font-weight:600}"
    ".weak{color:var(--warn);font-weight:600}.broken{color:var(--bad);font-weight:600}"
    "nav a{margin-right:1rem}code{font-size:.9em}";

std::string Begin(std::string_view title) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
         EscapeHtml(title) + "</title><style>" + std::string(kStyle) + "</style></head><body>";
}

std::string End() {
  return "<p><small>ike_exporter " + EscapeHtml(Version()) + "</small></p></body></html>\n";
}

std::string Span(std::string_view css, std::string_view text) {
  return "<span class=\"" + std::string(css) + "\">" + EscapeHtml(text) + "</span>";
}

std::string Ago(double at, double now) {
  if (at <= 0) return "never";
  double seconds = std::max(0.0, now - at);
  char text[32];
  if (seconds < 120) {
    std::snprintf(text, sizeof text, "%.0f s ago", seconds);
  } else if (seconds < 7200) {
    std::snprintf(text, sizeof text, "%.0f min ago", seconds / 60);
  } else {
    std::snprintf(text, sizeof text, "%.1f h ago", seconds / 3600);
  }
  return text;
}

std::string RttText(double seconds) {
  if (std::isnan(seconds)) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", seconds * 1e3);
  return text;
}

std::string SuiteOf(IkeVersion version, const VersionState& state) {
  if (!state.has_suite) return "";
  return version == IkeVersion::kV1 ? ike::SuiteText(state.ikev1) : ike::SuiteText(state.ikev2);
}

std::string VersionCell(IkeVersion version, const VersionState& state) {
  std::string text = version == IkeVersion::kV1 ? "IKEv1 " : "IKEv2 ";
  if (state.last_run <= 0) return text + "not probed yet";
  if (!state.up) {
    return text + Span(state.ever_answered ? "down" : "",
                       "silent: " + std::string(ike::ReasonName(state.last_reason)));
  }
  text +=
      Span("up", state.negotiated ? "up" : "up, nothing chosen") + " " + RttText(state.last_rtt);
  std::string suite = SuiteOf(version, state);
  return suite.empty() ? text : text + "<br><small>" + EscapeHtml(suite) + "</small>";
}

struct Findings {
  int broken = 0;
  int weak = 0;
};

Findings CountFindings(const TargetState& state) {
  Findings findings;
  if (!state.audit || !state.audit->last) return findings;
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    const auto& audit = state.audit->last->of(version);
    if (!audit) continue;
    for (const ike::AlgorithmId& id : audit->accepted) {
      const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
      if (row == nullptr) continue;
      findings.broken += row->verdict == ike::Verdict::kBroken;
      findings.weak += row->verdict == ike::Verdict::kWeak;
    }
  }
  return findings;
}

std::string FindingsCell(const TargetState& state, const Findings& findings) {
  if (!state.audit || !state.audit->last) return "not audited yet";
  std::string text;
  if (findings.broken > 0)
    text += Span("broken", std::to_string(findings.broken) + " broken") + " ";
  if (findings.weak > 0) text += Span("weak", std::to_string(findings.weak) + " weak");
  return text.empty() ? "none" : text;
}

struct Line {
  std::tuple<bool, int, int, std::string> order;  // up, then most findings, then the name
  std::string html;
};

Line LineOf(const ike::Target& target, const TargetState& state, double now) {
  Findings findings = CountFindings(state);
  std::string name = EscapeHtml(target.name);
  std::string html = "<tr><th scope=\"row\"><a href=\"/targets/" + name + "\">" + name +
                     "</a><br><small>" + EscapeHtml(target.host) + "</small></th><td>" +
                     Span(state.up ? "up" : "down", state.up ? "up" : "down") + "<br><small>" +
                     (state.up_changed_at > 0 ? "since " + Ago(state.up_changed_at, now) : "") +
                     "</small></td><td>";
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (target.settings->probes(version)) {
      html += "<div>" + VersionCell(version, state.of(version)) + "</div>";
    }
  }
  html += "</td><td>" + FindingsCell(state, findings) + "</td></tr>";
  return {{state.up, -findings.broken, -findings.weak, target.name}, std::move(html)};
}

std::string AuditTable(const ike::AuditResult& result) {
  std::string html =
      "<div class=\"scroll\"><table><tr><th>Version</th><th>Kind</th>"
      "<th>Accepted</th><th>Verdict</th></tr>";
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    const auto& audit = result.of(version);
    if (!audit) continue;
    for (const ike::AlgorithmId& id : audit->accepted) {
      const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
      std::string name = row != nullptr ? std::string(row->name) : std::to_string(id.id);
      if (id.key_length != 0) name += ", " + std::to_string(id.key_length) + " bits";
      std::string_view verdict = row != nullptr ? ike::VerdictName(row->verdict) : "unknown";
      html += std::string("<tr><td>") + (version == IkeVersion::kV1 ? "IKEv1" : "IKEv2") +
              "</td><td>" + std::string(ike::KindName(id.kind)) + "</td><td>" + EscapeHtml(name) +
              "</td><td>" + Span(verdict, verdict) + "</td></tr>";
    }
  }
  return html + "</table></div>";
}

std::string HistoryTable(const ProbeHistory& history, double now) {
  std::vector<ProbeRecord> records = history.All();
  std::string html =
      "<div class=\"scroll\"><table><tr><th>When</th><th>Version</th>"
      "<th>Result</th><th>RTT</th></tr>";
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    std::string result = record->up ? Span("up", record->negotiated ? "up" : "up, nothing chosen")
                                    : Span("down", ike::ReasonName(record->reason));
    html += "<tr><td>" + Ago(record->at, now) + "</td><td>IKEv" +
            std::to_string(static_cast<int>(record->version)) + "</td><td>" + result + "</td><td>" +
            (record->rtt_seconds > 0 ? RttText(static_cast<double>(record->rtt_seconds)) : "") +
            "</td></tr>";
  }
  return html + "</table></div>";
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string html;
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html.push_back(c);
    }
  }
  return html;
}

std::string StatusPage(const TargetTable& table, double now) {
  std::vector<Line> lines;
  lines.reserve(table.entries.size());
  size_t down = 0;
  for (const EntryPtr& entry : table.entries) {
    entry->With([&](const ike::Target& target, const TargetState& state) {
      down += state.up ? 0 : 1;
      lines.push_back(LineOf(target, state, now));
    });
  }
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.order < b.order; });
  std::string html = Begin("ike_exporter") + "<h1>VPN gateways</h1><p>" +
                     std::to_string(table.entries.size()) + " targets, " + std::to_string(down) +
                     " down</p><nav><a href=\"/metrics\">metrics</a>"
                     "<a href=\"/api/targets\">targets as JSON</a></nav>"
                     "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Target</th>"
                     "<th scope=\"col\">State</th><th scope=\"col\">Versions</th>"
                     "<th scope=\"col\">Accepted and weak</th></tr></thead><tbody>";
  for (const Line& line : lines) html += line.html;
  return html + "</tbody></table></div>" + End();
}

std::string TargetPage(const TargetEntry& entry, double now) {
  return entry.With([&](const ike::Target& target, const TargetState& state) {
    std::string html = Begin(target.name) + "<nav><a href=\"/\">all targets</a></nav><h1>" +
                       EscapeHtml(target.name) + "</h1><p>" + EscapeHtml(target.host) + ", " +
                       std::string(ike::TransportName(target.settings->transport)) + " port " +
                       std::to_string(target.settings->port) + ": " +
                       Span(state.up ? "up" : "down", state.up ? "up" : "down") + "</p>";
    for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
      if (!target.settings->probes(version)) continue;
      html += "<p>" + VersionCell(version, state.of(version)) + "</p>";
    }
    html += "<h2>Last audit</h2>";
    if (state.audit && state.audit->last) {
      html += "<p>" + Ago(state.audit->last_run, now) + ", policy " +
              EscapeHtml(state.audit->last->policy) + ", " +
              (state.audit->last->complete ? "complete" : "incomplete") + "</p>" +
              AuditTable(*state.audit->last);
    } else {
      html += "<p>not audited yet</p>";
    }
    if (state.history) html += "<h2>Recent probes</h2>" + HistoryTable(*state.history, now);
    return html + End();
  });
}

}  // namespace exporter
