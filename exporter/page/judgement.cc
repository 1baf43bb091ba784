#include "exporter/page/judgement.h"

#include <algorithm>
#include <array>
#include <optional>

#include "exporter/page/format.h"
#include "exporter/targets/weak_algorithms.h"
#include "probes/algorithms/suite_text.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr std::array kVersions = {IkeVersion::kV2, IkeVersion::kV1};

bool WorkedBefore(const VersionState& state) {
  return state.probed() &&
         ((state.ever_answered && !state.up) || (state.has_suite() && !state.negotiated));
}

bool AgreesToSomething(const TargetFacts& facts) {
  return std::ranges::any_of(kVersions, [&](IkeVersion version) {
    return facts.settings.probes(version) && facts.of(version).negotiated;
  });
}

// Every version was offered the target's proposals.
bool WasOfferedAll(const TargetFacts& facts) {
  return std::ranges::all_of(kVersions, [&](IkeVersion version) {
    return !facts.settings.probes(version) || facts.of(version).fully_opened;
  });
}

bool IsWaiting(const TargetFacts& facts) {
  for (IkeVersion version : kVersions) {
    if (facts.settings.probes(version) && !facts.of(version).probed()) return true;
  }
  return false;
}

std::string DownText(const TargetFacts& facts) {
  std::string text;
  std::string common;
  for (IkeVersion version : kVersions) {
    const VersionState& state = facts.of(version);
    if (!facts.settings.probes(version) || state.up) continue;
    std::string failure = FailureText(version, state);
    if (failure == common) return common;
    common = failure;
    text += (text.empty() ? "" : "; ") + std::string(VersionText(version)) + ": " + failure;
  }
  return text;
}

std::string ImpairedText(const TargetFacts& facts) {
  for (IkeVersion version : kVersions) {
    const VersionState& state = facts.of(version);
    if (!facts.settings.probes(version) || !WorkedBefore(state)) continue;
    return std::string(VersionText(version)) + ": " + FailureText(version, state);
  }
  return "answers, but agrees to nothing that is offered";
}

// The version that makes a target impaired; null where it never agreed to anything.
const VersionState* FailingVersion(const TargetFacts& facts) {
  for (IkeVersion version : kVersions) {
    const VersionState& state = facts.of(version);
    if (facts.settings.probes(version) && WorkedBefore(state)) return &state;
  }
  return nullptr;
}

void Consider(double at, std::string_view what, Change* newest) {
  if (at > newest->at) *newest = {at, what};
}

}  // namespace

Condition ConditionOf(const TargetFacts& facts) {
  const std::optional<bool> up = TargetUp(facts.settings, facts.versions);
  if (!up) return Condition::kWaiting;
  if (!*up) return Condition::kDown;
  for (IkeVersion version : kVersions) {
    if (facts.settings.probes(version) && WorkedBefore(facts.of(version))) {
      return Condition::kImpaired;
    }
  }
  if (AgreesToSomething(facts)) return Condition::kUp;
  // The version that is probed later may be the one that is configured.
  if (IsWaiting(facts)) return Condition::kWaiting;
  return WasOfferedAll(facts) ? Condition::kImpaired : Condition::kUp;
}

std::string FailureText(IkeVersion version, const VersionState& state) {
  if (!state.probed()) return "not probed yet";
  if (state.up && state.negotiated) return "";
  if (state.up && state.error_notify != 0) {
    return "refused with " + NotifyText(version, state.error_notify);
  }
  if (state.up && state.has_suite()) return "answers again, nothing agreed upon yet";
  if (state.last_reason == ike::Reason::kNone) return state.up ? "agreed to nothing" : "no answer";
  std::string text(ReasonText(state.last_reason));
  if (state.send_error != 0) text += ": " + SendErrorText(state.send_error);
  return text;
}

std::string ProblemText(const TargetFacts& facts) {
  switch (ConditionOf(facts)) {
    case Condition::kDown:
      return DownText(facts);
    case Condition::kImpaired:
      return ImpairedText(facts);
    case Condition::kWaiting:
    case Condition::kUp:
      return "";
  }
  return "";
}

std::string_view RunbookOf(const TargetFacts& facts) {
  Condition condition = ConditionOf(facts);
  if (condition == Condition::kDown) return "IKETargetDown";
  if (condition != Condition::kImpaired) return "";
  const VersionState* failing = FailingVersion(facts);
  return failing != nullptr && !failing->up ? "IKEVersionStoppedAnswering"
                                            : "IKENegotiationRefused";
}

double ConditionSince(const TargetFacts& facts) {
  Condition condition = ConditionOf(facts);
  if (condition == Condition::kWaiting) return 0;
  if (condition != Condition::kImpaired) return facts.up_changed_at;
  const VersionState* failing = FailingVersion(facts);
  if (failing == nullptr) return facts.up_changed_at;
  return failing->up ? failing->negotiated_at : failing->last_answer;
}

bool LooksUnconfigured(const TargetFacts& facts, IkeVersion version) {
  IkeVersion other = version == IkeVersion::kV1 ? IkeVersion::kV2 : IkeVersion::kV1;
  if (!facts.settings.probes(version) || !facts.settings.probes(other)) return false;
  if (facts.of(version).has_suite() || !facts.of(other).has_suite()) return false;
  return facts.of(version).ever_answered || facts.settings.require == ike::Require::kAny;
}

std::string AggressiveModeText(const TargetFacts& facts) {
  const VersionState& state = facts.of(IkeVersion::kV1);
  bool probed = facts.settings.probes(IkeVersion::kV1) && state.has_suite() &&
                facts.settings.exchange == ike::Ikev1Mode::kAggressive;
  const ike::AuditResult* result = LearntAudit(facts.audit);
  bool audited = result != nullptr && result->of(IkeVersion::kV1) &&
                 result->of(IkeVersion::kV1)->aggressive_mode;
  if (!probed && !audited) return "";
  uint16_t group = probed ? state.ikev1().group : 0;
  if (!probed && result->of(IkeVersion::kV1)->aggressive_suite) {
    group = result->of(IkeVersion::kV1)->aggressive_suite->group;
  }
  bool weak = IsWeak(ike::FindAlgorithm(IkeVersion::kV1, ike::Kind::kDh, group));
  std::string text = "Aggressive Mode";
  return weak ? text + ", group " + std::to_string(group) : text;
}

IkeVersion MainVersion(const TargetFacts& facts) {
  for (IkeVersion version : kVersions) {
    if (facts.settings.probes(version) && facts.of(version).has_suite()) return version;
  }
  for (IkeVersion version : kVersions) {
    if (facts.settings.probes(version) && facts.of(version).ever_answered) return version;
  }
  return facts.settings.probes(IkeVersion::kV2) ? IkeVersion::kV2 : IkeVersion::kV1;
}

uint16_t GroupStrengthOf(IkeVersion version, const VersionState& state) {
  if (!state.has_suite()) return 0;
  return ike::GroupStrength(version == IkeVersion::kV1 ? state.ikev1().group : state.ikev2().group);
}

std::string SuiteTextOf(IkeVersion version, const VersionState& state) {
  if (!state.has_suite()) return "";
  return version == IkeVersion::kV1 ? ike::SuiteText(state.ikev1()) : ike::SuiteText(state.ikev2());
}

WeakCount CountWeak(const AuditHistory* audit) {
  WeakCount count;
  const ike::AuditResult* result = LearntAudit(audit);
  if (result == nullptr) return count;
  for (IkeVersion version : kVersions) {
    ForEachWeak(audit, version, [&](const ike::Algorithm& row) {
      ++(row.verdict == ike::Verdict::kBroken ? count.broken : count.weak);
    });
  }
  count.violations = static_cast<uint32_t>(result->findings.size());
  return count;
}

Change LastChange(const TargetFacts& facts) {
  Change newest;
  Consider(facts.up_changed_at, facts.up ? "came up" : "went down", &newest);
  for (const VersionState& state : facts.versions) {
    Consider(state.suite_changed_at, "new suite", &newest);
  }
  if (facts.audit != nullptr && !facts.audit->last_changes.empty()) {
    Consider(facts.audit->last_run, "audit differs", &newest);
  }
  return newest;
}

}  // namespace exporter
