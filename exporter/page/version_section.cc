#include "exporter/page/version_section.h"

#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "exporter/base/count_text.h"
#include "exporter/net/address.h"
#include "exporter/page/format.h"
#include "exporter/page/judgement.h"
#include "exporter/targets/packet_text.h"
#include "exporter/targets/weak_algorithms.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;

struct Cell {
  IkeVersion version;
  const VersionState& state;
  double now;
  bool unconfigured;            // LooksUnconfigured
  const ProbeHistory* history;  // null: none is kept
};

void AddState(const Cell& cell, Html* html) {
  const VersionState& state = cell.state;
  if (!state.probed()) {
    html->Raw("not probed yet");
    return;
  }
  std::string failure = FailureText(cell.version, state);
  if (cell.unconfigured && (state.up || !state.ever_answered)) {
    html->Element("span", "quiet", state.up ? "refuses: not configured" : "silent, never answered");
    if (state.up) html->Element("small", "", failure);
    return;
  }
  if (!state.up) {
    html->Element("span", state.ever_answered ? "badge down" : "quiet",
                  state.ever_answered ? "down" : "silent, never answered");
  } else {
    html->Element("span", state.negotiated ? "badge up" : "badge impaired", "up");
  }
  if (!failure.empty()) html->Element("small", "problem", failure);
}

void AddLastProbe(const Cell& cell, Html* html) { AddAgo(cell.state.last_run, cell.now, html); }
void AddLastAnswer(const Cell& cell, Html* html) { AddAgo(cell.state.last_answer, cell.now, html); }
void AddNegotiated(const Cell& cell, Html* html) {
  AddAgo(cell.state.negotiated_at, cell.now, html);
}

// What was measured before it went down is no present figure.
void AddRtt(const Cell& cell, Html* html) {
  std::string rtt = RttText(cell.state.last_rtt);
  if (!rtt.empty()) html->Text(cell.state.up ? rtt : "was " + rtt);
}

void AddLoss(const Cell& cell, Html* html) {
  const VersionState& state = cell.state;
  html->Number(static_cast<int64_t>(state.packets_sent)).Raw(" sent, ");
  html->Number(static_cast<int64_t>(state.packets_received)).Raw(" received");
}

void AddAlgorithm(IkeVersion version, const ike::AlgorithmId& id, Html* html) {
  const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
  if (row == nullptr) {
    html->Text(id.id == 0 ? "none" : std::to_string(id.id));
    return;
  }
  html->Text(row->label);
  if (row->strength_bits != 0) {
    html->Element("small", "", std::to_string(row->strength_bits) + " bits");
  }
  if (IsWeak(row)) {
    std::string_view verdict = ike::VerdictName(row->verdict);
    html->Raw(" ").Element("span", "badge " + std::string(verdict), verdict);
  }
}

void AddEncryption(const Cell& cell, Html* html) {
  if (!cell.state.has_suite()) return;
  bool v1 = cell.version == IkeVersion::kV1;
  AddAlgorithm(
      cell.version,
      {Kind::kEncryption, v1 ? cell.state.ikev1().encryption : cell.state.ikev2().encryption,
       v1 ? cell.state.ikev1().key_length : cell.state.ikev2().key_length},
      html);
}

void AddIntegrity(const Cell& cell, Html* html) {
  if (!cell.state.has_suite()) return;
  bool v1 = cell.version == IkeVersion::kV1;
  AddAlgorithm(cell.version,
               v1 ? ike::AlgorithmId{Kind::kHash, cell.state.ikev1().hash, 0}
                  : ike::AlgorithmId{Kind::kIntegrity, cell.state.ikev2().integrity, 0},
               html);
}

void AddPrf(const Cell& cell, Html* html) {
  if (!cell.state.has_suite()) return;
  bool v1 = cell.version == IkeVersion::kV1;
  AddAlgorithm(cell.version,
               v1 ? ike::AlgorithmId{Kind::kAuthentication, cell.state.ikev1().authentication, 0}
                  : ike::AlgorithmId{Kind::kPrf, cell.state.ikev2().prf, 0},
               html);
}

void AddGroup(const Cell& cell, Html* html) {
  if (!cell.state.has_suite()) return;
  bool v1 = cell.version == IkeVersion::kV1;
  AddAlgorithm(cell.version,
               {Kind::kDh, v1 ? cell.state.ikev1().group : cell.state.ikev2().group, 0}, html);
  if (v1) return;
  for (uint16_t id : cell.state.ikev2().additional_ke) {
    if (id == 0) continue;
    html->Raw("<br>+ ");
    AddAlgorithm(cell.version, {Kind::kAdditionalKe, id, 0}, html);
  }
}

void AddSuiteChange(const Cell& cell, Html* html) {
  if (cell.state.has_suite()) AddAgo(cell.state.suite_changed_at, cell.now, html);
}

void AddResponder(const Cell& cell, Html* html) {
  if (cell.state.responder_known) html->Text(ike::Implementations()[cell.state.implementation]);
}

void AddFeatures(const Cell& cell, Html* html) {
  if (!cell.state.features_known) return;
  static constexpr std::pair<ike::Feature, std::string_view> kFeatures[] = {
      {ike::kFeatureFragmentation, "fragmentation"},
      {ike::kFeatureChildless, "childless"},
      {ike::kFeaturePpk, "PPK"},
      {ike::kFeatureMultipleAuth, "multiple authentication"},
      {ike::kFeatureSignatureHash, "signature hash"},
      {ike::kFeatureNatTraversal, "NAT traversal"}};
  std::string text;
  for (const auto& [feature, name] : kFeatures) {
    if ((cell.state.features & feature) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  html->Text(text.empty() ? "none of those asked for" : text);
}

void AddCookie(const Cell& cell, Html* html) {
  if (!cell.state.responder_known) return;
  html->Text(cell.state.cookie_required ? "yes: it is under load" : "no");
}

std::string_view NatText(ike::NatState state) {
  if (state == ike::NatState::kUnknown) return "unknown";
  return state == ike::NatState::kYes ? "yes" : "no";
}

void AddNat(const Cell& cell, Html* html) {
  const VersionState& state = cell.state;
  if (state.nat_local == ike::NatState::kUnknown && state.nat_remote == ike::NatState::kUnknown) {
    return;
  }
  html->Raw("here ").Text(NatText(state.nat_local)).Raw(", there ").Text(NatText(state.nat_remote));
}

void AddQuirks(const Cell& cell, Html* html) {
  std::string text;
  if (cell.history == nullptr) return;
  ike::ForEachQuirk(cell.history->quirks(cell.version), [&](std::string_view name) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  });
  html->Text(text);
}

void AddFailures(const Cell& cell, Html* html) {
  uint64_t all = 0;
  std::string text;
  const ike::Reason expected =
      cell.state.ever_answered ? ike::Reason::kRejected : ike::Reason::kTimeout;
  for (int i = 1; i < ike::kReasonCount; ++i) {
    if (cell.unconfigured && static_cast<ike::Reason>(i) == expected) continue;
    uint32_t count = cell.state.failures_of(static_cast<ike::Reason>(i));
    all += count;
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(ike::ReasonName(static_cast<ike::Reason>(i))) +
            " " + std::to_string(count);
  }
  html->Number(static_cast<int64_t>(all)).Raw(" of ");
  html->Text(Counted(cell.state.probes, "probe"));
  if (!text.empty()) html->Element("small", "", text);
}

void AddAddress(const Cell& cell, Html* html) {
  if (cell.history == nullptr) return;
  html->Text(net::ToString(cell.history->last(cell.version).address));
}

void AddRedirect(const Cell& cell, Html* html) {
  if (cell.history == nullptr) return;
  const KeptExchange& last = cell.history->last(cell.version);
  if (last.details) html->Text(RedirectText(last.details->redirected_to));
}

constexpr struct {
  std::string_view heading;
  void (*add)(const Cell& cell, Html* html);
} kRows[] = {
    {"State", AddState},
    {"Address", AddAddress},
    {"Redirects to", AddRedirect},
    {"Last probe", AddLastProbe},
    {"Last answer", AddLastAnswer},
    {"RTT", AddRtt},
    {"Failed", AddFailures},
    {"Packets", AddLoss},
    {"Last agreed", AddNegotiated},
    {"Encryption", AddEncryption},
    {"Integrity or hash", AddIntegrity},
    {"PRF or authentication", AddPrf},
    {"Key exchange", AddGroup},
    {"Suite since", AddSuiteChange},
    {"Responder", AddResponder},
    {"Features", AddFeatures},
    {"Demands a cookie", AddCookie},
    {"NAT seen", AddNat},
    {"Quirks", AddQuirks},
};

}  // namespace

void AddVersionSection(const TargetSnapshot& snapshot, double now, Html* html) {
  std::vector<IkeVersion> versions;
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (snapshot.target.settings->probes(version)) versions.push_back(version);
  }
  html->Raw(
      "<section id=\"versions\"><h2>Versions</h2><div class=\"scroll\" role=\"region\" "
      "aria-label=\"Versions\" tabindex=\"0\"><table class=\"facts\"><thead><tr><td></td>");
  for (IkeVersion version : versions) {
    html->Raw("<th scope=\"col\">").Text(VersionText(version)).Raw("</th>");
  }
  html->Raw("</tr></thead><tbody>");
  for (const auto& row : kRows) {
    Html cells;
    bool said = false;
    for (IkeVersion version : versions) {
      Html cell;
      const ProbeHistory* history = snapshot.history ? &*snapshot.history : nullptr;
      const bool unconfigured = LooksUnconfigured(snapshot.facts(), version);
      row.add({version, snapshot.of(version), now, unconfigured, history}, &cell);
      said |= cell.size() > 0;
      cells.Raw("<td>").Raw(cell.Take()).Raw("</td>");
    }
    if (!said) continue;
    html->Raw("<tr><th scope=\"row\">").Text(row.heading).Raw("</th>").Raw(cells.Take());
    html->Raw("</tr>");
  }
  html->Raw("</tbody></table></div></section>");
}

}  // namespace exporter
