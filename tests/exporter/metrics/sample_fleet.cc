#include "tests/exporter/metrics/sample_fleet.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "config/load.h"
#include "probes/algorithms/policy.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit/audit_report.h"
#include "probes/audit/audit_result.h"

namespace exporter::test {
namespace {

using ike::IkeVersion;
using ike::Kind;
using ike::Reason;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kNow = 1.7e9;

constexpr char kConfig[] = R"(
[metrics]
rtt_buckets = [0.01, 0.05, 0.25]
[modules.aggressive]
ike_versions = [1]
exchange = "aggressive"
interval = "5m"
[[target]]
name = "hq"
host = "vpn.example.com"
labels = { site = "ber", note = 'a "quoted" \ one' }
[[target]]
name = "legacy"
host = "192.0.2.7"
module = "aggressive"
policy = "bsi"
[[target]]
name = "down"
host = "2001:db8::1"
require = "all"
transport = "tcp"
ike_versions = [1, 2]
[[target]]
name = "unknown-name"
host = "gateway.invalid"
ike_versions = [2]
[[target]]
name = "new"
host = "192.0.2.9"
)";

uint16_t ImplementationNumber(std::string_view name) {
  const auto names = ike::Implementations();
  return static_cast<uint16_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

ProbeReport Report(IkeVersion version, double at) {
  ProbeReport report;
  report.outcome.version = version;
  report.full_opening = true;
  report.packets_sent = 1;
  report.duration = milliseconds(20);
  report.finished_at = kNow + at;
  return report;
}

ProbeReport Failed(IkeVersion version, Reason reason, double at) {
  ProbeReport report = Report(version, at);
  report.outcome.reason = reason;
  report.packets_sent = reason == Reason::kResolve ? 0 : 3;
  report.duration = seconds(5);
  return report;
}

ProbeReport Answered(IkeVersion version, ike::Duration rtt, double at) {
  ProbeReport report = Report(version, at);
  report.outcome.version_answered = true;
  report.outcome.rtt = rtt;
  report.packets_received = 1;
  report.implementation = ImplementationNumber("strongSwan");
  return report;
}

ProbeReport Refused(IkeVersion version, double at) {
  ProbeReport report = Answered(version, microseconds(7500), at);
  report.outcome.answer = ike::AnswerKind::kErrorNotify;
  report.outcome.reason = Reason::kRejected;
  report.outcome.error_notify = 14;
  return report;
}

ProbeReport SelectedV2(double at) {
  ProbeReport report = Answered(IkeVersion::kV2, microseconds(12345), at);
  ike::Outcome& outcome = report.outcome;
  outcome.answer = ike::AnswerKind::kSelected;
  outcome.ikev2 = {20, 256, 0, 6, 20, {36}, 1};
  outcome.features = ike::kFeatureFragmentation | ike::kFeatureSignatureHash;
  outcome.nat_local = ike::NatState::kYes;
  outcome.nat_remote = ike::NatState::kNo;
  return report;
}

ProbeReport SelectedV1(double at) {
  ProbeReport report = Answered(IkeVersion::kV1, milliseconds(80), at);
  report.outcome.answer = ike::AnswerKind::kSelected;
  report.outcome.ikev1 = {5, 0, 2, 1, 2, 28800};
  report.outcome.features = ike::kFeatureNatTraversal;
  return report;
}

ike::VersionAudit Accepted(std::vector<ike::AlgorithmId> accepted) {
  ike::VersionAudit audit;
  audit.answered = audit.complete = true;
  audit.requests = 20;
  std::sort(accepted.begin(), accepted.end());
  audit.accepted = std::move(accepted);
  audit.implementation = "strongSwan";
  return audit;
}

ike::VersionAudit ModernAudit() {
  return Accepted({{Kind::kEncryption, 20, 256},
                   {Kind::kPrf, 6, 0},
                   {Kind::kDh, 20, 0},
                   {Kind::kDh, 19, 0},
                   {Kind::kAdditionalKe, 36, 0}});
}

ike::VersionAudit WeakAudit(bool with_md5) {
  std::vector<ike::AlgorithmId> accepted = {
      {Kind::kEncryption, 5, 0}, {Kind::kEncryption, 7, 128}, {Kind::kHash, 2, 0},
      {Kind::kDh, 2, 0},         {Kind::kDh, 14, 0},          {Kind::kAuthentication, 1, 0}};
  if (with_md5) accepted.push_back({Kind::kHash, 1, 0});
  ike::VersionAudit audit = Accepted(std::move(accepted));
  audit.main_mode = audit.aggressive_mode = true;
  return audit;
}

using VersionAudits = std::array<std::optional<ike::VersionAudit>, 2>;

void PublishAudit(TargetEntry* entry, VersionAudits versions, double at) {
  const auto target = entry->target();
  auto result = std::make_shared<ike::AuditResult>();
  result->host = target->host;
  result->port = target->settings->port;
  result->duration = milliseconds(40500);
  result->versions = std::move(versions);
  ike::JudgeAudit(ike::Policy(target->settings->policy), result.get());
  std::vector<std::string> changes;
  entry->PublishAudit(result, kNow + at, &changes);
}

void FillHq(TargetEntry* entry) {
  entry->Publish(Failed(IkeVersion::kV2, Reason::kTimeout, 0));
  entry->Publish(SelectedV2(30));
  entry->Publish(Refused(IkeVersion::kV1, 45));
  PublishAudit(entry, {std::nullopt, ModernAudit()}, 100.5);
}

void FillLegacy(TargetEntry* entry) {
  entry->Publish(SelectedV1(10));
  entry->Publish(SelectedV1(310));
  PublishAudit(entry, {WeakAudit(false), std::nullopt}, 20);
  PublishAudit(entry, {WeakAudit(true), std::nullopt}, 3620);
}

void FillDown(TargetEntry* entry) {
  entry->Publish(SelectedV2(0));
  entry->Publish(Failed(IkeVersion::kV2, Reason::kUnreachable, 30));
  entry->Publish(Failed(IkeVersion::kV1, Reason::kMalformed, 30));
  PublishAudit(entry, {ike::VersionAudit{}, ike::VersionAudit{}}, 60);
}

}  // namespace

std::shared_ptr<const TargetTable> SampleFleet(Store* store, config::MetricsDetail detail) {
  auto loaded = config::LoadText(kConfig, "fleet.toml");
  if (!loaded) throw std::logic_error(config::Format(loaded.error().front()));
  auto config = std::make_shared<config::Config>(std::move(*loaded));
  config->metrics.detail = detail;
  auto table = store->Apply(config, [](std::string_view) { return true; });
  FillHq(table->entries[0].get());
  FillLegacy(table->entries[1].get());
  FillDown(table->entries[2].get());
  table->entries[3]->Publish(Failed(IkeVersion::kV2, Reason::kResolve, 3));
  return table;
}

EntryPtr EverythingLearnt(const ike::ProbeSettings& settings, RttBounds rtt_bounds) {
  auto shared = std::make_shared<const ike::ProbeSettings>(settings);
  ike::Target target{"hq", "192.0.2.1", shared, nullptr, nullptr};
  auto entry = std::make_shared<TargetEntry>(std::make_shared<const ike::Target>(std::move(target)),
                                             true, std::move(rtt_bounds));
  VersionAudits audits;
  if (settings.ikev1) {
    entry->Publish(SelectedV1(0));
    entry->Publish(Failed(IkeVersion::kV1, Reason::kTimeout, 30));
    // No weak algorithm is accepted; that Main Mode is answered at all counts as one.
    audits[0] = Accepted({{Kind::kEncryption, 7, 256},
                          {Kind::kHash, 4, 0},
                          {Kind::kDh, 19, 0},
                          {Kind::kAuthentication, 3, 0}});
  }
  if (settings.ikev2) {
    entry->Publish(SelectedV2(0));
    entry->Publish(Failed(IkeVersion::kV2, Reason::kTimeout, 30));
    audits[1] = ModernAudit();
  }
  PublishAudit(entry.get(), std::move(audits), 60);
  return entry;
}

}  // namespace exporter::test
