#include "exporter/cli/audit_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "exporter/base/count_text.h"
#include "exporter/json/probe_json.h"
#include "probes/algorithms/suite_text.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit/vendor_advice.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;
using ike::Verdict;

constexpr size_t kColumns = 80;

constexpr std::string_view kReset = "\033[0m";
constexpr std::string_view VerdictColour(Verdict verdict) {
  if (verdict == Verdict::kBroken) return "\033[1;31m";
  if (verdict == Verdict::kWeak) return "\033[33m";
  return verdict == Verdict::kStrong ? "\033[32m" : "";
}

class Report {
 public:
  explicit Report(bool colour) : colour_(colour) {}

  void Line(const std::string& text) { out_ += text + "\n"; }

  void Coloured(const std::string& text, std::string_view colour) {
    if (!colour_ || colour.empty()) return Line(text);
    Line(std::string(colour) + text + std::string(kReset));
  }

  // Words of `text`, filled to the line's width, every line indented.
  void Paragraph(const std::string& text, size_t indent) {
    std::istringstream words(text);
    std::string line(indent, ' ');
    for (std::string word; words >> word;) {
      bool first = line.size() == indent;
      if (!first && line.size() + 1 + word.size() > kColumns) {
        Line(line);
        line.assign(indent, ' ');
        first = true;
      }
      line += (first ? "" : " ") + word;
    }
    if (line.size() > indent) Line(line);
  }

  std::string Take() { return std::move(out_); }

 private:
  const bool colour_;
  std::string out_;
};

const ike::Algorithm* RowOf(IkeVersion version, const ike::AlgorithmId& id) {
  return ike::FindAlgorithm(version, id.kind, id.id, id.key_length);
}

std::string NameOf(IkeVersion version, const ike::AlgorithmId& id) {
  const ike::Algorithm* row = RowOf(version, id);
  std::string name = row != nullptr ? std::string(row->name) : std::to_string(id.id);
  if (id.key_length != 0) name += ", " + std::to_string(id.key_length) + " bits";
  if (id.kind == Kind::kDh || id.kind == Kind::kAdditionalKe) {
    name += " (" + std::to_string(id.id) + ")";
  }
  return name;
}

// Strongest first, then by number.
bool Stronger(IkeVersion version, const ike::AlgorithmId& a, const ike::AlgorithmId& b) {
  const ike::Algorithm* left = RowOf(version, a);
  const ike::Algorithm* right = RowOf(version, b);
  if (left == nullptr || right == nullptr) return left != nullptr;
  if (left->verdict != right->verdict) return left->verdict < right->verdict;
  if (left->strength_bits != right->strength_bits) {
    return left->strength_bits > right->strength_bits;
  }
  return a < b;
}

void AddAlgorithm(IkeVersion version, const ike::AlgorithmId& id, Report* report) {
  const ike::Algorithm* row = RowOf(version, id);
  char line[160];
  Verdict verdict = row != nullptr ? row->verdict : Verdict::kAcceptable;
  std::string strength;
  if (row != nullptr && row->strength_bits != 0) {
    strength = std::to_string(row->strength_bits) + " bits";
  }
  std::snprintf(line, sizeof line, "    %-52.52s %8s  %s", NameOf(version, id).c_str(),
                strength.c_str(), row != nullptr ? ike::VerdictName(verdict).data() : "unknown");
  report->Coloured(line, VerdictColour(verdict));
}

void AddAccepted(IkeVersion version, const ike::VersionAudit& audit, Report* report) {
  std::map<Kind, std::vector<ike::AlgorithmId>> by_kind;
  for (const ike::AlgorithmId& id : audit.accepted) by_kind[id.kind].push_back(id);
  for (auto& [kind, ids] : by_kind) {
    std::sort(ids.begin(), ids.end(), [version = version](const auto& a, const auto& b) {
      return Stronger(version, a, b);
    });
    report->Line("  " + std::string(ike::KindName(kind)));
    for (const ike::AlgorithmId& id : ids) AddAlgorithm(version, id, report);
  }
}

template <typename Suites>
void AddSuites(const Suites& suites, Report* report) {
  if (suites.empty()) return;
  report->Line("  selected in the audit");
  std::set<std::string> shown;  // Main and Aggressive Mode select the same with other lifetimes
  for (const auto& suite : suites) {
    std::string text = ike::SuiteText(suite);
    if (shown.insert(text).second) report->Paragraph(text, 4);
  }
}

// The reasons once each, with what they stand for.
void AddUndecidable(IkeVersion version, const ike::VersionAudit& audit, Report* report) {
  std::map<std::string_view, std::string> by_reason;
  for (const ike::Undecidable& row : audit.undecidable) {
    std::string& names = by_reason[row.why];
    names += (names.empty() ? "" : "; ") + NameOf(version, row.algorithm);
  }
  for (const auto& [why, names] : by_reason) {
    report->Line("  cannot be decided");
    report->Paragraph(names + ": " + std::string(why), 4);
  }
}

void AddUnknown(IkeVersion version, const ike::VersionAudit& audit, Report* report) {
  if (audit.unknown.empty()) return;
  std::string names;
  for (const ike::AlgorithmId& id : audit.unknown) {
    names += (names.empty() ? "" : "; ") + NameOf(version, id);
  }
  report->Line("  not found out, because the endpoint stopped answering");
  report->Paragraph(names, 4);
}

void AddVersion(IkeVersion version, const ike::VersionAudit& audit, Report* report) {
  std::string title = version == IkeVersion::kV1 ? "IKEv1" : "IKEv2";
  if (!audit.answered) return report->Line("\n" + title + ": not answered");
  std::string modes;
  if (audit.main_mode) modes = ", Main Mode";
  if (audit.aggressive_mode) modes += ", Aggressive Mode";
  if (audit.accepted.empty()) modes += ": a daemon answers, but accepts nothing that was offered";
  report->Line("\n" + title + modes);
  AddAccepted(version, audit, report);
  AddSuites(audit.ikev2_suites, report);
  AddSuites(audit.ikev1_suites, report);
  AddUndecidable(version, audit, report);
  AddUnknown(version, audit, report);
}

void AddFinding(const ike::Finding& finding, Report* report) {
  std::string title = std::string(finding.version == IkeVersion::kV1 ? "IKEv1 " : "IKEv2 ") +
                      std::string(ike::KindName(finding.kind)) + " " + finding.algorithm;
  if (finding.key_length != 0) title += ", " + std::to_string(finding.key_length) + " bits";
  title += ": " + finding.level + (finding.draft ? " (draft rule)" : "");
  report->Coloured("  " + title, finding.level == "broken" ? "\033[1;31m" : "\033[33m");
  std::string reason = finding.reason;
  if (!finding.reference.empty()) reason += " [" + finding.reference + "]";
  report->Paragraph(reason, 4);
  std::vector<std::string> advice = ike::AdviceLines(finding);
  if (!advice.empty()) report->Line("    change");
  for (const std::string& line : advice) report->Paragraph(line, 6);
}

std::string Summary(const ike::AuditResult& result) {
  std::string verdict = result.accepts_something() ? "undecided" : "undecided, nothing is accepted";
  if (result.compliant) verdict = *result.compliant ? "compliant" : "not compliant";
  if (!result.findings.empty()) {
    verdict += ", " + Counted(result.findings.size(), "finding");
  }
  return verdict;
}

}  // namespace

std::string AuditText(const ike::AuditResult& result, bool colour) {
  Report report(colour);
  report.Line(result.host + " port " + std::to_string(result.port));
  if (!result.success) {
    report.Line("  no answer: " + FailureSentence(result));
    return report.Take();
  }
  long seconds = std::lround(std::chrono::duration<double>(result.duration).count());
  std::string cost = Counted(result.requests, "request") + " in " + std::to_string(seconds) + " s";
  report.Line("  responder     " + std::string(ike::Implementations()[result.implementation]));
  report.Line("  policy        " + result.policy + ": " + Summary(result));
  report.Line("  post-quantum  " + std::string(result.post_quantum ? "yes" : "no"));
  report.Line("  audit         " + std::string(result.complete ? "complete, " : "incomplete, ") +
              cost);
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (result.of(version)) AddVersion(version, *result.of(version), &report);
  }
  if (!result.findings.empty()) report.Line("\nFindings");
  for (const ike::Finding& finding : result.findings) AddFinding(finding, &report);
  report.Line("");
  return report.Take();
}

}  // namespace exporter
