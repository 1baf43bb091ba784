#include "exporter/page/verdict_section.h"

#include <algorithm>
#include <vector>

#include "exporter/base/count_text.h"
#include "exporter/page/format.h"
#include "exporter/page/judgement.h"
#include "exporter/targets/weak_algorithms.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit/vendor_advice.h"

namespace exporter {
namespace {

// How lines of advice begin for what the responder was taken for.
constexpr struct {
  std::string_view implementation;
  std::string_view maker;
} kMakers[] = {{"Cisco", "Cisco"},
               {"Fortinet FortiGate", "FortiGate"},
               {"Juniper", "Juniper"},
               {"MikroTik RouterOS", "MikroTik"}};

// The lines for the responder's maker first.
void PutOwnFirst(std::string_view implementation, std::vector<std::string>* lines) {
  for (const auto& [name, maker] : kMakers) {
    if (!implementation.starts_with(name)) continue;
    std::ranges::stable_partition(*lines,
                                  [&](const std::string& line) { return line.starts_with(maker); });
  }
}

void AddAdvice(const ike::Finding& finding, std::string_view implementation, Html* html) {
  std::vector<std::string> lines = ike::AdviceLines(finding);
  if (lines.empty()) return;
  PutOwnFirst(implementation, &lines);
  html->Text(lines.front());
  if (lines.size() == 1) return;
  html->Raw("<details><summary>On other gateways</summary><ul>");
  for (size_t i = 1; i < lines.size(); ++i) html->Raw("<li>").Text(lines[i]);
  html->Raw("</ul></details>");
}

void AddFinding(const ike::Finding& finding, std::string_view implementation, Html* html) {
  const ike::Algorithm* row =
      ike::FindAnswered(finding.version, finding.kind, finding.id, finding.key_length);
  bool broken = row != nullptr && row->verdict == ike::Verdict::kBroken;
  html->Raw("<tr role=\"row\"><td role=\"cell\">")
      .Element("span", broken ? "badge broken" : "badge weak", finding.level);
  if (finding.draft) html->Raw(" <small>draft rule</small>");
  html->Raw("</td><th role=\"rowheader\" scope=\"row\">")
      .Text(VersionText(finding.version))
      .Raw(" ");
  html->Text(finding.algorithm);
  if (finding.key_length != 0) html->Text(", " + std::to_string(finding.key_length) + " bits");
  html->Element("small", "", KindText(finding.kind))
      .Raw("</th><td role=\"cell\">")
      .Text(finding.reason);
  if (!finding.reference.empty()) html->Element("small", "", finding.reference);
  html->Raw("</td><td role=\"cell\">");
  AddAdvice(finding, implementation, html);
  html->Raw("</td></tr>");
}

void AddFindings(const ike::AuditResult& result, Html* html) {
  if (result.findings.empty()) return;
  html->Raw(
      "<div class=\"scroll\" role=\"region\" aria-label=\"Findings\" tabindex=\"0\"><table "
      "role=\"table\" "
      "class=\"cards findings\"><thead role=\"rowgroup\"><tr role=\"row\"><th "
      "role=\"columnheader\" scope=\"col\">Level</th>"
      "<th role=\"columnheader\" scope=\"col\">Algorithm</th><th role=\"columnheader\" "
      "scope=\"col\">Why</th>"
      "<th role=\"columnheader\" scope=\"col\">What to change</th></tr></thead><tbody "
      "role=\"rowgroup\">");
  std::string_view implementation = ike::Implementations()[result.implementation];
  for (const ike::Finding& finding : result.findings) AddFinding(finding, implementation, html);
  html->Raw("</tbody></table></div>");
}

void AddSummary(const AuditHistory& audit, double now, Html* html) {
  const ike::AuditResult& result = *audit.last;
  html->Raw("<p>Ended ");
  AddAgo(audit.last_run, now, html);
  html->Raw(result.complete ? ", complete, " : ", <strong>incomplete</strong>, ");
  html->Text(Counted(result.requests, "request")).Raw(" in ");
  html->Text(DurationText(std::chrono::duration<double>(result.duration).count()));
  html->Raw(", responder ").Text(ike::Implementations()[result.implementation]);
  html->Raw(result.post_quantum ? ", post-quantum key exchange accepted."
                                : ", no post-quantum key exchange.");
  if (!result.findings.empty()) {
    html->Raw(" What to do: ").Link("/runbooks/IKEPolicyNotCompliant", "IKEPolicyNotCompliant");
  }
  html->Raw("</p>");
}

std::string VerdictText(const ike::AuditResult& result) {
  std::string findings = Counted(result.findings.size(), "finding") + " against " + result.policy;
  if (!result.findings.empty()) return "Audit: " + findings;
  if (result.compliant) return "Audit: complies with " + result.policy;
  if (!result.accepts_something()) return "Audit: undecided, nothing is accepted";
  return "Audit: undecided, " + findings + " so far";
}

}  // namespace

void AddVerdictSection(const TargetSnapshot& snapshot, double now, Html* html) {
  const AuditHistory* audit = snapshot.audit ? &*snapshot.audit : nullptr;
  const ike::AuditResult* result = LearntAudit(audit);
  html->Raw("<section id=\"findings\"><h2>");
  if (result == nullptr) {
    html->Raw(audit == nullptr
                  ? "Audit: none yet</h2><p class=\"quiet\">Not audited yet.</p>"
                  : "Audit: no answer</h2><p class=\"quiet\">Nothing answered it.</p>");
  } else {
    html->Text(VerdictText(*result)).Raw("</h2>");
    AddSummary(*audit, now, html);
    AddFindings(*result, html);
  }
  html->Raw("</section>");
}

}  // namespace exporter
