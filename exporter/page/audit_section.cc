#include "exporter/page/audit_section.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "exporter/base/count_text.h"
#include "exporter/page/format.h"
#include "exporter/page/judgement.h"
#include "exporter/targets/weak_algorithms.h"
#include "probes/algorithms/suite_text.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;

constexpr std::array kIkev2Kinds = {Kind::kEncryption, Kind::kIntegrity, Kind::kPrf, Kind::kDh,
                                    Kind::kAdditionalKe};
constexpr std::array kIkev1Kinds = {Kind::kEncryption, Kind::kHash, Kind::kDh,
                                    Kind::kAuthentication};

std::span<const Kind> KindsOf(IkeVersion version) {
  if (version == IkeVersion::kV1) return kIkev1Kinds;
  return kIkev2Kinds;
}

std::string NameOf(IkeVersion version, const ike::AlgorithmId& id) {
  const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
  return row == nullptr ? std::to_string(id.id) : std::string(row->label);
}

void AddAccepted(IkeVersion version, const ike::AlgorithmId& id, Html* html) {
  const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
  html->Raw("<li>").Text(NameOf(version, id));
  if (row == nullptr) return;
  if (row->strength_bits != 0) {
    html->Raw(" ").Element("small", "", std::to_string(row->strength_bits) + " bits");
  }
  std::string_view verdict = ike::VerdictName(row->verdict);
  html->Raw(" ").Element("span", "badge " + std::string(verdict), verdict);
}

// The worst first.
std::vector<ike::AlgorithmId> AcceptedOf(IkeVersion version, const ike::VersionAudit& audit,
                                         Kind kind) {
  std::vector<ike::AlgorithmId> accepted;
  std::ranges::copy_if(audit.accepted, std::back_inserter(accepted),
                       [kind](const auto& id) { return id.kind == kind; });
  auto badness = [version](const ike::AlgorithmId& id) {
    const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
    return row == nullptr ? 0 : -static_cast<int>(row->verdict);
  };
  std::ranges::stable_sort(accepted, {}, badness);
  return accepted;
}

bool Contains(const std::vector<ike::AlgorithmId>& list, const ike::AlgorithmId& id) {
  return std::ranges::find(list, id) != list.end();
}

// What is in none of the audit's lists was refused (a group is told by its number alone).
bool IsRefused(const ike::VersionAudit& audit, const ike::Algorithm& row) {
  ike::AlgorithmId id{row.kind, row.id, row.key_length};
  if (Contains(audit.accepted, id) || Contains(audit.unknown, id)) return false;
  return std::ranges::none_of(audit.undecidable,
                              [&](const auto& known) { return known.algorithm == id; });
}

void AddRefusedCell(IkeVersion version, const ike::VersionAudit& audit, Kind kind, Html* html) {
  std::string names;
  size_t count = 0;
  for (const ike::Algorithm& row : ike::AllAlgorithms(version, kind)) {
    bool worth_a_word =
        row.in_ike_sa && (kind != Kind::kAdditionalKe || ike::IsPostQuantum(row.id));
    if (!worth_a_word || !IsRefused(audit, row)) continue;
    names += (names.empty() ? "" : ", ") + NameOf(version, {kind, row.id, row.key_length});
    ++count;
  }
  html->Raw("<td role=\"cell\" class=\"refused\">");
  if (count == 0) {
    html->Raw("none</td>");
    return;
  }
  html->Raw("<details><summary>").Number(static_cast<int64_t>(count)).Raw(" refused</summary>");
  html->Text(names).Raw("</details></td>");
}

// The reasons once each, with what they stand for.
std::map<std::string_view, std::string> UndecidableOf(IkeVersion version,
                                                      const ike::VersionAudit& audit, Kind kind) {
  std::map<std::string_view, std::string> by_reason;
  for (const ike::Undecidable& row : audit.undecidable) {
    if (row.algorithm.kind != kind) continue;
    std::string& names = by_reason[row.why];
    names += (names.empty() ? "" : ", ") + NameOf(version, row.algorithm);
  }
  return by_reason;
}

void AddUnknownCell(IkeVersion version, const ike::VersionAudit& audit, Kind kind, Html* html) {
  html->Raw("<td role=\"cell\" class=\"unknown\"><ul>");
  bool any = false;
  for (const ike::AlgorithmId& id : audit.unknown) {
    if (id.kind != kind) continue;
    html->Raw("<li>").Text(NameOf(version, id)).Raw(" <small>no answer</small>");
    any = true;
  }
  for (const auto& [why, names] : UndecidableOf(version, audit, kind)) {
    html->Raw("<li>").Text(names).Raw(": ").Element("small", "", why);
    any = true;
  }
  html->Raw(any ? "</ul></td>" : "<li>none</ul></td>");
}

void AddKindRow(IkeVersion version, const ike::VersionAudit& audit, Kind kind, Html* html) {
  html->Raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">")
      .Text(KindText(kind))
      .Raw("</th><td role=\"cell\" class=\"accepted\"><ul>");
  std::vector<ike::AlgorithmId> accepted = AcceptedOf(version, audit, kind);
  for (const ike::AlgorithmId& id : accepted) AddAccepted(version, id, html);
  html->Raw(accepted.empty() ? "<li>none</ul></td>" : "</ul></td>");
  AddRefusedCell(version, audit, kind, html);
  AddUnknownCell(version, audit, kind, html);
  html->Raw("</tr>");
}

void AddModeRow(const ike::VersionAudit& audit, Html* html) {
  std::string accepted = audit.main_mode ? "Main Mode" : "";
  std::string refused = audit.main_mode ? "" : "Main Mode";
  std::string& other = audit.aggressive_mode ? accepted : refused;
  other += (other.empty() ? "" : ", ") + std::string("Aggressive Mode");
  html->Raw(
      "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">Mode</th><td role=\"cell\" "
      "class=\"accepted\">");
  html->Text(accepted.empty() ? "none" : accepted);
  if (audit.aggressive_mode) html->Raw(" <span class=\"badge weak\">weak</span>");
  html->Raw("</td><td role=\"cell\" class=\"refused\">").Text(refused.empty() ? "none" : refused);
  html->Raw("</td><td role=\"cell\" class=\"unknown\">none</td></tr>");
}

template <typename Suites>
void AddSuites(const Suites& suites, Html* html) {
  if (suites.empty()) return;
  html->Raw("<details><summary>").Text(Counted(suites.size(), "suite"));
  html->Raw(" that it selected</summary><ul>");
  for (const auto& suite : suites) {
    html->Raw("<li>").Element("code", "", ike::SuiteText(suite));
  }
  html->Raw("</ul></details>");
}

void AddMatrix(IkeVersion version, const ike::VersionAudit& audit, Html* html) {
  html->Raw("<h3>").Text(VersionText(version)).Raw("</h3>");
  if (!audit.answered) {
    html->Raw("<p class=\"quiet\">It did not answer this version.</p>");
    return;
  }
  html->Raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\"");
  html->Attribute("aria-label", "Audit of " + std::string(VersionText(version)));
  html->Raw(
      "><table role=\"table\" class=\"cards matrix\"><thead role=\"rowgroup\"><tr role=\"row\">"
      "<th role=\"columnheader\" scope=\"col\">Kind</th><th role=\"columnheader\" "
      "scope=\"col\">Accepted</th>"
      "<th role=\"columnheader\" scope=\"col\">Refused</th><th role=\"columnheader\" "
      "scope=\"col\">Unknown</th>"
      "</tr></thead><tbody role=\"rowgroup\">");
  for (Kind kind : KindsOf(version)) AddKindRow(version, audit, kind, html);
  if (version == IkeVersion::kV1) AddModeRow(audit, html);
  html->Raw("</tbody></table></div>");
  AddSuites(audit.ikev2_suites, html);
  AddSuites(audit.ikev1_suites, html);
}

void AddChanges(const AuditHistory& audit, Html* html) {
  if (audit.last_changes.empty()) return;
  html->Raw("<h3>Changed since the audit before</h3><ul>");
  for (const std::string& change : audit.last_changes) html->Raw("<li>").Text(change);
  html->Raw("</ul>");
}

}  // namespace

void AddAuditSection(const TargetSnapshot& snapshot, Html* html) {
  const AuditHistory* audit = snapshot.audit ? &*snapshot.audit : nullptr;
  const ike::AuditResult* result = LearntAudit(audit);
  if (result == nullptr) return;
  html->Raw("<section id=\"audit\"><h2>What it accepts</h2>");
  AddChanges(*audit, html);
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (result->of(version)) AddMatrix(version, *result->of(version), html);
  }
  html->Raw("</section>");
}

}  // namespace exporter
