#include "exporter/page/target_row.h"

#include <cmath>

#include "exporter/page/format.h"
#include "exporter/page/sparkline.h"
#include "exporter/targets/weak_algorithms.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr size_t kSparkProbes = 40;

struct Chip {
  std::string_view css;
  std::string_view text;
};

Chip ChipOf(const VersionState& state) {
  if (!state.probed()) return {"quiet", "waiting"};
  if (state.up && state.negotiated) return {"up", "up"};
  if (state.up && state.error_notify == 0) return {"impaired", "answers"};
  if (state.up) return {state.has_suite() ? "impaired" : "quiet", "refuses"};
  return state.ever_answered ? Chip{"down", "down"} : Chip{"quiet", "silent"};
}

void AddNameCell(const TargetSnapshot& snapshot, Html* html) {
  const ike::Target& target = snapshot.target;
  html->Raw("<th scope=\"row\" role=\"rowheader\">");
  html->Link("/targets/" + target.name, target.name);
  html->Element("small", "", PlaceText(target));
  if (target.labels) {
    html->Raw("<small>");
    for (const auto& [name, value] : *target.labels) {
      html->Raw("<span class=\"label\">").Text(name).Text("=").Text(value).Raw("</span> ");
    }
    html->Raw("</small>");
  }
  html->Raw("</th>");
}

void AddStateCell(const TargetFacts& facts, Html* html) {
  html->Raw("<td role=\"cell\" class=\"state\">");
  AddConditionBadge(ConditionOf(facts), html);
  html->Raw(" ");
  AddVersionChips(facts, html);
  std::string problem = ProblemText(facts);
  if (!problem.empty()) html->Element("small", "problem", problem);
  html->Raw("</td>");
}

void AddRttCell(const TargetSnapshot& snapshot, IkeVersion version, Html* html) {
  html->Raw("<td role=\"cell\" class=\"rtt\">");
  const VersionState& state = snapshot.of(version);
  std::string rtt = state.up ? RttText(state.last_rtt) : "";
  if (!rtt.empty()) html->Element("span", "figure", rtt);
  if (snapshot.history) {
    AddSparkline(RecordsOf(snapshot.history->Recent(), version, kSparkProbes), html);
  }
  html->Raw("</td>");
}

void AddSuiteCells(IkeVersion version, const VersionState& state, Html* html) {
  html->Raw("<td role=\"cell\" class=\"suite\">");
  std::string suite = SuiteTextOf(version, state);
  if (!suite.empty()) html->Element("code", "", suite);
  html->Raw("</td>");
  html->Raw("<td role=\"cell\" class=\"group\">");
  if (uint16_t strength = GroupStrengthOf(version, state); strength != 0) {
    uint16_t group = version == IkeVersion::kV1 ? state.ikev1().group : state.ikev2().group;
    const ike::Algorithm* row = ike::FindAlgorithm(version, ike::Kind::kDh, group);
    html->Element("span", IsWeak(row) ? ike::VerdictName(row->verdict) : "",
                  std::to_string(strength) + " bits");
    html->Element("small", "", "group " + std::to_string(group));
  }
  html->Raw("</td>");
}

void AddChangeCell(const TargetSnapshot& snapshot, double now, Html* html) {
  TargetFacts facts = snapshot.facts();
  Change change = LastChange(facts);
  html->Raw("<td role=\"cell\" class=\"change\">");
  if (change.at > 0) {
    html->Text(change.what).Raw("<small>");
    AddAgo(change.at, now, html);
    html->Raw("</small>");
  } else if (ConditionOf(facts) == Condition::kDown) {
    html->Element("span", "quiet", "never up");
    if (snapshot.first_probed_at > 0) {
      html->Raw("<small>for ").Text(DurationText(now - snapshot.first_probed_at)).Raw("</small>");
    }
  }
  html->Raw("</td>");
}

}  // namespace

std::string PlaceText(const ike::Target& target) {
  const ike::ProbeSettings& settings = *target.settings;
  bool usual = settings.transport == ike::Transport::kUdp && settings.port == 500;
  if (usual) return target.host;
  return target.host + " " + std::string(ike::TransportName(settings.transport)) + " " +
         std::to_string(settings.port);
}

void AddConditionBadge(Condition condition, Html* html) {
  html->Element("span", "badge " + std::string(ConditionName(condition)), ConditionName(condition));
}

void AddVersionChips(const TargetFacts& facts, Html* html) {
  html->Raw("<span class=\"chips\">");
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    if (!facts.settings.probes(version)) continue;
    Chip chip = ChipOf(facts.of(version));
    html->Raw("<span").Attribute("class", "chip " + std::string(chip.css)).Raw(">");
    html->Text(VersionText(version)).Raw(" ").Text(chip.text).Raw("</span> ");
  }
  html->Raw("</span>");
}

void AddWeakBadges(const TargetFacts& facts, Html* html) {
  std::string aggressive = AggressiveModeText(facts);
  if (!aggressive.empty()) html->Element("span", "badge weak", aggressive).Raw(" ");
  if (LearntAudit(facts.audit) == nullptr) {
    html->Element("span", "quiet", facts.audit == nullptr ? "not audited yet" : "no answer");
    return;
  }
  WeakCount count = CountWeak(facts.audit);
  if (count.broken > 0) {
    html->Element("span", "badge broken", std::to_string(count.broken) + " broken").Raw(" ");
  }
  if (count.weak > 0) {
    html->Element("span", "badge weak", std::to_string(count.weak) + " weak").Raw(" ");
  }
  if (count.broken + count.weak == 0) html->Element("span", "quiet", "none");
  if (count.violations == 0) return;
  html->Element("small", "",
                std::to_string(count.violations) + " against " + LearntAudit(facts.audit)->policy);
}

void AddTargetRow(const TargetSnapshot& snapshot, double now, Html* html) {
  TargetFacts facts = snapshot.facts();
  IkeVersion version = MainVersion(facts);
  html->Raw("<tr role=\"row\">");
  AddNameCell(snapshot, html);
  AddStateCell(facts, html);
  AddRttCell(snapshot, version, html);
  AddSuiteCells(version, facts.of(version), html);
  html->Raw("<td role=\"cell\" class=\"weaknesses\">");
  AddWeakBadges(facts, html);
  html->Raw("</td>");
  AddChangeCell(snapshot, now, html);
  html->Raw("</tr>");
}

}  // namespace exporter
