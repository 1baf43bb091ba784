// What the pages conclude from the facts of a target: its condition, what is wrong, what changed
// last, how much of what it accepts is weak. Pure functions, any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "exporter/page/target_snapshot.h"

namespace exporter {

// The worst first.
enum class Condition : uint8_t {
  kDown,      // it was probed, and does not answer as `require` asks
  kImpaired,  // up, but a version fails that once worked, or nothing is agreed upon
  kWaiting,   // not probed yet
  kUp,
};
inline constexpr std::array<std::string_view, 4> kConditionNames = {"down", "impaired", "waiting",
                                                                    "up"};
constexpr std::string_view ConditionName(Condition condition) {
  return kConditionNames[static_cast<size_t>(condition)];
}

Condition ConditionOf(const TargetFacts& facts);

// What is wrong, in a few words; empty where nothing is.
std::string ProblemText(const TargetFacts& facts);
// Why the last probe of this version failed; empty where it did not.
std::string FailureText(ike::IkeVersion version, const VersionState& state);

// The runbook for that, by its name; empty where nothing is wrong.
std::string_view RunbookOf(const TargetFacts& facts);
// Since when the condition has lasted, 0 = unknown.
double ConditionSince(const TargetFacts& facts);

// The other version agrees and this one never did: refusals, and silence where one answering
// version suffices, are no failures.
bool LooksUnconfigured(const TargetFacts& facts, ike::IkeVersion version);

// The gateway is known to answer Aggressive Mode, by the last audit or the probes: "Aggressive
// Mode", with the group where it is weak. Empty where it is not known to.
std::string AggressiveModeText(const TargetFacts& facts);

// The version that a line about the target is about: one that agrees, else one that answers, IKEv2
// before IKEv1.
ike::IkeVersion MainVersion(const TargetFacts& facts);

// Strength in bits of the group that was chosen; 0 where none was or its strength is unknown.
uint16_t GroupStrengthOf(ike::IkeVersion version, const VersionState& state);
// Empty where no suite was chosen yet.
std::string SuiteTextOf(ike::IkeVersion version, const VersionState& state);

// What the last audit found of both versions.
struct WeakCount {
  uint32_t broken = 0;
  uint32_t weak = 0;
  uint32_t violations = 0;  // findings against the target's policy
};
WeakCount CountWeak(const AuditHistory* audit);

// The newest of what changed: state, chosen suite, what the audit found. `at` 0 = nothing yet.
struct Change {
  double at = 0;
  std::string_view what;
};
Change LastChange(const TargetFacts& facts);

}  // namespace exporter
