#include "exporter/json/target_json.h"

#include <cmath>
#include <optional>

#include "exporter/base/unix_time.h"
#include "exporter/json/audit_json.h"
#include "exporter/net/address.h"
#include "exporter/targets/packet_text.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/suite_text.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;

void AddTime(const char* key, double unix_seconds, Json* json) {
  if (unix_seconds > 0) (*json)[key] = unix_seconds;
}

Json VersionStateJson(IkeVersion version, const VersionState& state) {
  Json json{};
  if (state.probed()) json["up"] = state.up;
  AddTime("upChangedAt", state.up_changed_at, &json);
  if (state.fully_opened) json["negotiated"] = state.negotiated;
  json["probes"] = state.probes;
  if (state.last_reason != ike::Reason::kNone) {
    json["reason"] = ike::ReasonName(state.last_reason);
  }
  if (state.send_error != 0) json["error"] = SendErrorText(state.send_error);
  AddTime("lastRun", state.last_run, &json);
  AddTime("lastAnswer", state.last_answer, &json);
  if (!std::isnan(state.last_rtt)) json["rtt"] = std::round(state.last_rtt * 1e6) / 1e3;
  if (state.responder_known) {
    json["implementation"] = ike::Implementations()[state.implementation];
  }
  if (!state.has_suite()) return json;
  bool ikev1 = version == IkeVersion::kV1;
  uint16_t group = ikev1 ? state.ikev1().group : state.ikev2().group;
  json["suite"] = ikev1 ? ike::SuiteText(state.ikev1()) : ike::SuiteText(state.ikev2());
  json["dhGroup"] = group;
  if (ike::GroupStrength(group) != 0) json["dhGroupStrength"] = ike::GroupStrength(group);
  AddTime("negotiatedAt", state.negotiated_at, &json);
  AddTime("suiteChangedAt", state.suite_changed_at, &json);
  return json;
}

Json Summary(const ike::Target& target, const TargetState& state) {
  const ike::ProbeSettings& settings = *target.settings;
  Json json{{"name", target.name},
            {"host", target.host},
            {"port", settings.port},
            {"transport", ike::TransportName(settings.transport)},
            {"policy", settings.policy}};
  const std::optional<bool> up = TargetUp(settings, state.versions);
  if (up) json["up"] = *up;
  if (target.module) json["module"] = *target.module;
  if (target.labels) {
    json["labels"] = Json::object();
    for (const auto& [name, value] : *target.labels) json["labels"][name] = value;
  }
  AddTime("upChangedAt", state.up_changed_at, &json);
  AddTime("firstProbedAt", state.first_probed_at, &json);
  for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    if (!settings.probes(version)) continue;
    json[version == IkeVersion::kV1 ? "ikev1" : "ikev2"] =
        VersionStateJson(version, state.of(version));
  }
  return json;
}

void AddUptime(const char* key, Uptime::Share share, Json* json) {
  if (share.known <= 0) return;
  (*json)[key] = {{"upRatio", 1 - share.down / share.known},
                  {"knownSeconds", std::round(share.known)}};
}

Json UptimeJson(const Uptime& uptime, double now) {
  Json json = Json::object();
  AddUptime("lastDay", uptime.LastDay(now), &json);
  AddUptime("lastWeek", uptime.LastWeek(now), &json);
  return json;
}

Json HistoryJson(const ProbeHistory& history) {
  Json list = Json::array();
  for (const ProbeRecord& record : history.Recent()) {
    Json row{{"at", record.at},
             {"ikeVersion", static_cast<int>(record.version)},
             {"up", record.up},
             {"negotiated", record.negotiated}};
    if (record.rtt_seconds > 0) {
      row["rtt"] = std::round(static_cast<double>(record.rtt_seconds) * 1e6) / 1e3;
    }
    if (record.reason != ike::Reason::kNone) row["reason"] = ike::ReasonName(record.reason);
    list.push_back(std::move(row));
  }
  return list;
}

Json FailuresJson(const ProbeHistory& history) {
  Json list = Json::array();
  for (const FailureRun& run : history.Failures()) {
    list.push_back({{"from", run.first_at},
                    {"to", run.last_at},
                    {"count", run.count},
                    {"ikeVersion", static_cast<int>(run.version)},
                    {"reason", ike::ReasonName(run.reason)}});
  }
  return list;
}

// Which address it was with, and where the endpoint sends its peers.
void AddLastExchange(const ProbeHistory& history, IkeVersion version, Json* summary) {
  Json& json = (*summary)[version == IkeVersion::kV1 ? "ikev1" : "ikev2"];
  const KeptExchange& last = history.last(version);
  if (!last.address.empty()) json["address"] = net::ToString(last.address);
  const std::string gateway =
      last.details ? RedirectText(last.details->redirected_to) : std::string();
  if (!gateway.empty()) json["redirectedTo"] = gateway;
  const uint16_t quirks = history.quirks(version);
  if (quirks != 0) json["quirks"] = QuirksJson(quirks);
}

}  // namespace

Json TargetSummaryJson(const TargetEntry& entry) {
  return entry.With(
      [](const ike::Target& target, const TargetState& state) { return Summary(target, state); });
}

Json TargetJson(const TargetEntry& entry) {
  std::shared_ptr<const ike::AuditResult> audit;
  Json json = entry.With([&](const ike::Target& target, const TargetState& state) {
    Json summary = Summary(target, state);
    if (state.audit) {
      audit = state.audit->last;
      summary["auditedAt"] = state.audit->last_run;
      summary["auditChanges"] = state.audit->last_changes;
    }
    if (!state.history) return summary;
    summary["uptime"] = UptimeJson(state.history->uptime(), UnixNow());
    for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
      if (target.settings->probes(version)) AddLastExchange(*state.history, version, &summary);
    }
    summary["history"] = HistoryJson(*state.history);
    summary["failures"] = FailuresJson(*state.history);
    return summary;
  });
  if (audit) json["audit"] = AuditJson(*audit);
  return json;
}

}  // namespace exporter
