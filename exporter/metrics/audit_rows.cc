#include <array>
#include <string>
#include <utility>

#include "exporter/metrics/algorithm_labels.h"
#include "exporter/metrics/metric_table.h"
#include "exporter/targets/weak_algorithms.h"
#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;

constexpr uint8_t kFull = kUseFull;
constexpr uint8_t kBasic = kUseFull | kUseBasic;

// The kinds of ike_weak_algorithms, by version.
constexpr std::array<Kind, 6> kIkev1Kinds = {Kind::kEncryption,     Kind::kHash, Kind::kDh,
                                             Kind::kAuthentication, Kind::kMode, Kind::kProtocol};
constexpr std::array<Kind, 4> kIkev2Kinds = {Kind::kEncryption, Kind::kIntegrity, Kind::kPrf,
                                             Kind::kDh};

std::span<const Kind> KindsOf(IkeVersion version) {
  if (version == IkeVersion::kV1) return kIkev1Kinds;
  return kIkev2Kinds;
}

// The newest audit that learnt something; null if there is none.
const ike::AuditResult* Known(const TargetView& view) {
  return LearntAudit(view.state.audit.get());
}

void EmitWeak(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr || !result->of(version)) return;
  std::array<int, ike::kKindNames.size()> counts{};
  int total = 0;
  ForEachWeak(view.state.audit.get(), version, [&](const ike::Algorithm& row) {
    ++counts[static_cast<size_t>(row.kind)];
    ++total;
  });
  if (view.basic) return sink->Add({{"ike_version", VersionLabel(version)}}, total);
  for (Kind kind : KindsOf(version)) {
    sink->Add({{"ike_version", VersionLabel(version)}, {"kind", ike::KindName(kind)}},
              counts[static_cast<size_t>(kind)]);
  }
}

void EmitWeakInfo(const TargetView& view, IkeVersion version, SampleSink* sink) {
  ForEachWeak(view.state.audit.get(), version, [&](const ike::Algorithm& row) {
    sink->Add({{"ike_version", VersionLabel(version)},
               {"kind", ike::KindName(row.kind)},
               {"algorithm", row.label},
               {"level", ike::VerdictName(row.verdict)}},
              1);
  });
}

void EmitWeakSince(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const AuditHistory* audit = view.state.audit.get();
  ForEachWeak(audit, version, [&](const ike::Algorithm& row) {
    const std::optional<double> since = audit->weak.SinceWhen(row);
    if (!since) return;
    sink->Add({{"ike_version", VersionLabel(version)},
               {"kind", ike::KindName(row.kind)},
               {"algorithm", row.label},
               {"level", ike::VerdictName(row.verdict)}},
              *since);
  });
}

void EmitAccepted(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr || !result->of(version)) return;
  std::array<int, ike::kKindNames.size()> counts{};
  for (const ike::AlgorithmId& id : result->of(version)->accepted) {
    ++counts[static_cast<size_t>(id.kind)];
  }
  auto add = [&](Kind kind) {
    sink->Add({{"ike_version", VersionLabel(version)}, {"kind", ike::KindName(kind)}},
              counts[static_cast<size_t>(kind)]);
  };
  for (Kind kind : KindsOf(version)) {
    if (kind != Kind::kMode && kind != Kind::kProtocol) add(kind);
  }
  if (version == IkeVersion::kV2) add(Kind::kAdditionalKe);
}

// Every change from the start, so that the first one is an increase.
void EmitChanges(const TargetView& view, IkeVersion version, SampleSink* sink) {
  static constexpr std::array<std::string_view, 2> kChanges = {"accepted", "refused"};
  const AuditHistory* audit = view.state.audit.get();
  auto add = [&](Kind kind) {
    for (size_t change = 0; change < kChanges.size(); ++change) {
      uint32_t count = 0;
      if (audit != nullptr) {
        count = audit->changes[static_cast<size_t>(version) - 1][static_cast<size_t>(kind)][change];
      }
      sink->Add({{"ike_version", VersionLabel(version)},
                 {"kind", ike::KindName(kind)},
                 {"change", kChanges[change]}},
                count);
    }
  };
  for (Kind kind : KindsOf(version)) {
    if (kind != Kind::kProtocol) add(kind);
  }
  if (version == IkeVersion::kV2) add(Kind::kAdditionalKe);
}

void EmitWeakestGroup(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr || !result->of(version)) return;
  uint16_t weakest = 0;
  for (const ike::AlgorithmId& id : result->of(version)->accepted) {
    uint16_t strength = id.kind == Kind::kDh ? ike::GroupStrength(id.id) : uint16_t{0};
    if (strength != 0 && (weakest == 0 || strength < weakest)) weakest = strength;
  }
  if (weakest != 0) sink->Add({{"ike_version", VersionLabel(version)}}, weakest);
}

void EmitAggressive(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (version == IkeVersion::kV2 || result == nullptr || !result->of(version)) return;
  sink->Add({{"ike_version", "1"}}, result->of(version)->aggressive_mode ? 1 : 0);
}

void EmitPostQuantum(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result != nullptr) sink->Add({}, result->post_quantum ? 1 : 0);
}

void EmitCompliant(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr || !result->compliant) return;
  sink->Add({{"policy", result->policy}}, *result->compliant ? 1 : 0);
}

void EmitViolations(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr || !result->accepts_something()) return;
  sink->Add({{"policy", result->policy}}, static_cast<double>(result->findings.size()));
}

// A rule about one kind asks by it whether the policy forbids what is accepted.
void EmitViolationInfo(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result == nullptr) return;
  std::array<bool, ike::kKindNames.size()> found{};
  for (const ike::Finding& finding : result->findings) {
    if (finding.version != version || std::exchange(found[static_cast<size_t>(finding.kind)], true))
      continue;
    sink->Add({{"ike_version", VersionLabel(version)},
               {"kind", ike::KindName(finding.kind)},
               {"policy", result->policy}},
              1);
  }
}

void EmitComplete(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::AuditResult* result = Known(view);
  if (result != nullptr) sink->Add({}, result->complete ? 1 : 0);
}

void EmitDuration(const TargetView& view, IkeVersion, SampleSink* sink) {
  const AuditHistory* audit = view.state.audit.get();
  if (audit == nullptr) return;
  sink->Add({}, std::chrono::duration<double>(audit->last_duration).count());
}

void EmitRequests(const TargetView& view, IkeVersion, SampleSink* sink) {
  if (view.state.audit) sink->Add({}, view.state.audit->last_requests);
}

void EmitLastRun(const TargetView& view, IkeVersion, SampleSink* sink) {
  sink->Add({}, view.state.audit ? view.state.audit->last_run : 0);
}

void EmitAudits(const TargetView& view, IkeVersion, SampleSink* sink) {
  sink->Add({}, view.state.audit ? static_cast<double>(view.state.audit->audits) : 0);
}

void EmitFailures(const TargetView& view, IkeVersion, SampleSink* sink) {
  sink->Add({}, view.state.audit ? static_cast<double>(view.state.audit->failures) : 0);
}

constexpr MetricType kGauge = MetricType::kGauge;
constexpr MetricType kCounter = MetricType::kCounter;
constexpr RowScope kVersion = RowScope::kVersion;
constexpr RowScope kTarget = RowScope::kTarget;

constexpr MetricRow kRows[] = {
    {"ike_weak_algorithms", kGauge,
     "Accepted algorithms that the registry calls weak or broken, whatever the policy.", kBasic,
     kVersion, EmitWeak},
    {"ike_weak_algorithm_info", kGauge, "A weak or broken algorithm that is accepted.", kFull,
     kVersion, EmitWeakInfo},
    {"ike_weak_algorithm_since_timestamp_seconds", kGauge,
     "When an audit first found it accepted that an earlier one had found refused; 0 = from the "
     "first on.",
     kFull, kVersion, EmitWeakSince},
    {"ike_accepted_algorithms", kGauge, "Accepted algorithms.", kFull, kVersion, EmitAccepted},
    {"ike_algorithm_changes_total", kCounter,
     "Algorithms that became accepted or refused between complete audits.", kFull, kVersion,
     EmitChanges},
    {"ike_accepted_dh_group_strength_min", kGauge,
     "Strength in bits of the weakest group that is accepted.", kFull, kVersion, EmitWeakestGroup},
    {"ike_aggressive_mode", kGauge,
     "1 if IKEv1 Aggressive Mode selects a transform or refuses only the identity.", kFull,
     kVersion, EmitAggressive},
    {"ike_post_quantum", kGauge, "1 if an ML-KEM key exchange is accepted (RFC 9370).", kFull,
     kTarget, EmitPostQuantum},
    {"ike_policy_compliant", kGauge, "1 if nothing violates the policy; absent while undecided.",
     kBasic, kTarget, EmitCompliant},
    {"ike_policy_violations", kGauge, "Findings against the policy; absent if nothing is accepted.",
     kFull, kTarget, EmitViolations},
    {"ike_policy_violation_info", kGauge, "A kind of algorithm of which the policy forbids some.",
     kFull, kVersion, EmitViolationInfo},
    {"ike_audit_complete", kGauge,
     "0 if something that could have been decided is unknown: counts are lower bounds then.", kFull,
     kTarget, EmitComplete},
    {"ike_audit_duration_seconds", kGauge, "How long the last audit took.", kFull, kTarget,
     EmitDuration},
    {"ike_audit_requests", kGauge, "Requests of the last audit.", kFull, kTarget, EmitRequests},
    {"ike_audit_last_run_timestamp_seconds", kGauge, "When the last audit ended, Unix time.", kFull,
     kTarget, EmitLastRun},
    {"ike_audits_total", kCounter, "Finished audits.", kFull, kTarget, EmitAudits},
    {"ike_audit_failures_total", kCounter, "Audits that nothing answered.", kFull, kTarget,
     EmitFailures},
};

}  // namespace

std::span<const MetricRow> AuditRows() { return kRows; }

}  // namespace exporter
