#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "exporter/metrics/algorithm_labels.h"
#include "exporter/metrics/metric_table.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr uint8_t kFull = kUseFull;
constexpr uint8_t kBasic = kUseFull | kUseBasic;
constexpr uint8_t kProbe = kUseFull | kUseProbe;
constexpr uint8_t kAll = kUseFull | kUseBasic | kUseProbe;

// A row of one number per version; NaN = not learnt, and then absent.
template <typename Read>
void One(const TargetView& view, IkeVersion version, SampleSink* sink, Read read) {
  double value = read(view.state.of(version));
  if (std::isnan(value)) return;
  sink->Add({{"ike_version", VersionLabel(version)}}, value);
}

uint16_t GroupOf(const VersionState& state, IkeVersion version) {
  return version == IkeVersion::kV1 ? state.ikev1().group : state.ikev2().group;
}

void EmitUp(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) {
    if (!st.probed()) return kNotYet;
    return st.up ? 1.0 : 0.0;
  });
}
void EmitNegotiated(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) {
    if (!st.fully_opened) return kNotYet;
    return st.negotiated ? 1.0 : 0.0;
  });
}
void EmitNegotiatedAt(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return st.negotiated_at; });
}
void EmitLastRtt(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return st.last_rtt; });
}
void EmitDuration(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return st.last_duration; });
}
void EmitProbes(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return static_cast<double>(st.probes); });
}
void EmitSent(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return static_cast<double>(st.packets_sent); });
}
void EmitReceived(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return static_cast<double>(st.packets_received); });
}
void EmitLastRun(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return st.last_run; });
}
void EmitLastAnswer(const TargetView& v, IkeVersion ver, SampleSink* s) {
  One(v, ver, s, [](const VersionState& st) { return st.last_answer; });
}

void EmitInterval(const TargetView& view, IkeVersion version, SampleSink* sink) {
  double seconds = std::chrono::duration<double>(view.target.settings->interval).count();
  sink->Add({{"ike_version", VersionLabel(version)}}, seconds);
}

void EmitRtt(const TargetView& view, IkeVersion version, SampleSink* sink) {
  if (!view.state.rtt) return;
  const RttHistograms& rtt = *view.state.rtt;
  sink->AddHistogram({{"ike_version", VersionLabel(version)}}, rtt.bounds(), rtt.counts(version),
                     rtt.sum(version));
}

// Every reason from the start, so that a rate never misses its first failure.
void EmitFailures(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  double sum = 0;
  for (int i = 1; i < ike::kReasonCount; ++i) {
    double count = state.failures_of(static_cast<ike::Reason>(i));
    sum += count;
    if (view.basic) continue;
    sink->Add({{"ike_version", VersionLabel(version)},
               {"reason", ike::ReasonName(static_cast<ike::Reason>(i))}},
              count);
  }
  if (view.basic) sink->Add({{"ike_version", VersionLabel(version)}}, sum);
}

void EmitFailureInfo(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (state.last_reason == ike::Reason::kNone) return;
  sink->Add(
      {{"ike_version", VersionLabel(version)}, {"reason", ike::ReasonName(state.last_reason)}}, 1);
}

void EmitSelected(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (!state.has_suite() || !state.negotiated) return;
  std::string group = std::to_string(GroupOf(state, version));
  if (version == IkeVersion::kV1) {
    const ike::Ikev1Suite& suite = state.ikev1();
    sink->Add({{"ike_version", "1"},
               {"encryption", EncryptionLabel(version, suite.encryption, suite.key_length).view()},
               {"hash", AlgorithmLabel(version, ike::Kind::kHash, suite.hash).view()},
               {"authentication",
                AlgorithmLabel(version, ike::Kind::kAuthentication, suite.authentication).view()},
               {"dh_group", group}},
              1);
    return;
  }
  const ike::Ikev2Suite& suite = state.ikev2();
  sink->Add({{"ike_version", "2"},
             {"encryption", EncryptionLabel(version, suite.encryption, suite.key_length).view()},
             {"integrity", IntegrityLabel(suite.integrity).view()},
             {"prf", AlgorithmLabel(version, ike::Kind::kPrf, suite.prf).view()},
             {"dh_group", group},
             {"additional_ke", AdditionalKeLabel(suite)}},
            1);
}

void EmitGroup(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (!state.has_suite()) return;
  sink->Add({{"ike_version", VersionLabel(version)}}, GroupOf(state, version));
}

void EmitStrength(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (!state.has_suite()) return;
  uint16_t strength = ike::GroupStrength(GroupOf(state, version));
  if (strength == 0) return;
  sink->Add({{"ike_version", VersionLabel(version)}}, strength);
}

void EmitResponder(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (!state.responder_known) return;
  sink->Add({{"ike_version", VersionLabel(version)},
             {"implementation", ike::Implementations()[state.implementation]}},
            1);
}

struct FeatureRow {
  ike::Feature bit;
  std::string_view name;
  bool ikev1;  // asked for in IKEv1 too
};
constexpr std::array<FeatureRow, 6> kFeatures = {{
    {ike::kFeatureFragmentation, "fragmentation", true},
    {ike::kFeatureChildless, "childless", false},
    {ike::kFeaturePpk, "ppk", false},
    {ike::kFeatureMultipleAuth, "multiple_auth", false},
    {ike::kFeatureSignatureHash, "signature_hash", false},
    {ike::kFeatureNatTraversal, "nat_traversal", true},
}};

void EmitFeatures(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (!state.features_known) return;
  for (const FeatureRow& feature : kFeatures) {
    if (version == IkeVersion::kV1 && !feature.ikev1) continue;
    sink->Add({{"ike_version", VersionLabel(version)}, {"feature", feature.name}},
              (state.features & feature.bit) != 0 ? 1 : 0);
  }
}

void EmitCookie(const TargetView& view, IkeVersion version, SampleSink* sink) {
  const VersionState& state = view.state.of(version);
  if (version == IkeVersion::kV1 || !state.responder_known) return;
  sink->Add({{"ike_version", "2"}}, state.cookie_required ? 1 : 0);
}

void EmitNat(const TargetView& view, IkeVersion version, SampleSink* sink) {
  if (version == IkeVersion::kV1) return;
  const VersionState& state = view.state.of(version);
  auto side = [sink](std::string_view name, ike::NatState nat) {
    if (nat == ike::NatState::kUnknown) return;
    sink->Add({{"ike_version", "2"}, {"side", name}}, nat == ike::NatState::kYes ? 1 : 0);
  };
  side("local", state.nat_local);
  side("remote", state.nat_remote);
}

// With one version and basic detail it would say the same as ike_up, at the cost of a series more.
void EmitTargetUp(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::ProbeSettings& settings = *view.target.settings;
  const bool both = settings.probes(ike::IkeVersion::kV1) && settings.probes(ike::IkeVersion::kV2);
  if (view.basic && !both) return;
  const std::optional<bool> up = TargetUp(settings, view.state.versions);
  if (up) sink->Add({}, *up ? 1 : 0);
}

void EmitTargetInfo(const TargetView& view, IkeVersion, SampleSink* sink) {
  const ike::ProbeSettings& settings = *view.target.settings;
  std::string port = std::to_string(settings.port);
  std::string_view module = view.target.module ? std::string_view(*view.target.module) : "";
  sink->Add({{"host", view.target.host},
             {"port", port},
             {"transport", ike::TransportName(settings.transport)},
             {"module", module},
             {"policy", settings.policy}},
            1);
}

constexpr MetricType kGauge = MetricType::kGauge;
constexpr MetricType kCounter = MetricType::kCounter;
constexpr RowScope kVersion = RowScope::kVersion;

constexpr MetricRow kRows[] = {
    {"ike_up", kGauge,
     "1 if the last probe got a valid IKE message back, an error notify included; absent until the "
     "first has ended.",
     kAll, kVersion, EmitUp},
    {"ike_negotiated", kGauge,
     "1 if the endpoint chose one of the proposals of the last full opening.", kAll, kVersion,
     EmitNegotiated},
    {"ike_negotiation_timestamp_seconds", kGauge,
     "When the endpoint last chose a proposal, Unix time; 0 = never.", kProbe, kVersion,
     EmitNegotiatedAt},
    {"ike_last_rtt_seconds", kGauge,
     "From request to first valid answer in the last answered probe; none after a retransmission.",
     kAll, kVersion, EmitLastRtt},
    {"ike_rtt_seconds", MetricType::kHistogram,
     "From request to first valid answer, of every answered probe.", kFull, kVersion, EmitRtt},
    {"ike_probe_duration_seconds", kGauge,
     "The last probe whole, resolution and retransmissions included.", kProbe, kVersion,
     EmitDuration},
    {"ike_probes_total", kCounter, "Finished probes.", kBasic, kVersion, EmitProbes},
    {"ike_probe_failures_total", kCounter, "Failed probes by reason.", kBasic, kVersion,
     EmitFailures},
    {"ike_probe_failure_info", kGauge, "Why the last probe failed; absent while it did not.",
     kProbe, kVersion, EmitFailureInfo},
    {"ike_probe_packets_sent_total", kCounter,
     "Datagrams or framed messages sent by finished probes.", kFull, kVersion, EmitSent},
    {"ike_probe_packets_received_total", kCounter,
     "Datagrams or framed messages that finished probes received.", kFull, kVersion, EmitReceived},
    {"ike_probe_last_run_timestamp_seconds", kGauge,
     "When the last probe ended, Unix time; 0 = never.", kProbe, kVersion, EmitLastRun},
    {"ike_probe_last_answer_timestamp_seconds", kGauge,
     "When a probe was last answered, Unix time; 0 = never.", kAll, kVersion, EmitLastAnswer},
    {"ike_probe_interval_seconds", kGauge, "What the target is scheduled at.", kFull, kVersion,
     EmitInterval},
    {"ike_selected_info", kGauge, "The suite that the endpoint chose.", kProbe, kVersion,
     EmitSelected},
    {"ike_dh_group", kGauge, "The IANA number of the group that the endpoint chose.", kAll,
     kVersion, EmitGroup},
    {"ike_dh_group_strength", kGauge,
     "Strength of the chosen group in bits, as a symmetric key (NIST SP 800-57).", kAll, kVersion,
     EmitStrength},
    {"ike_responder_info", kGauge, "The implementation, as far as it shows.", kProbe, kVersion,
     EmitResponder},
    {"ike_responder_feature", kGauge, "Features that were asked for: 1 = announced, 0 = not.",
     kProbe, kVersion, EmitFeatures},
    {"ike_responder_cookie_required", kGauge,
     "1 if the endpoint asked for a cookie before it answered: it is under load.", kProbe, kVersion,
     EmitCookie},
    {"ike_nat_detected", kGauge, "1 if that side is behind a NAT (RFC 7296 section 2.23).", kProbe,
     kVersion, EmitNat},
    {"ike_target_up", kGauge,
     "1 if the versions that `require` asks for answered their last probe; absent until that is "
     "known.",
     kAll, RowScope::kTarget, EmitTargetUp},
    {"ike_target_info", kGauge, "What is probed, and how.", kProbe, RowScope::kTarget,
     EmitTargetInfo},
};

}  // namespace

std::span<const MetricRow> ProbeRows() { return kRows; }

void EmitRow(const MetricRow& row, const TargetView& view, SampleSink* sink) {
  if (row.scope == RowScope::kTarget) return row.emit(view, IkeVersion::kV2, sink);
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    if (view.target.settings->probes(version)) row.emit(view, version, sink);
  }
}

}  // namespace exporter
