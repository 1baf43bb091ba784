#include "exporter/web/kept_probe.h"

#include <cstdio>

#include "exporter/base/count_text.h"
#include "exporter/base/number_text.h"
#include "exporter/json/probe_json.h"
#include "exporter/metrics/target_families.h"
#include "exporter/net/address.h"
#include "exporter/targets/packet_text.h"
#include "exporter/web/config_text.h"

namespace exporter {
namespace {

void AddTrace(const Trace& trace, std::string* text) {
  for (const TracedMessage& message : trace.messages()) {
    char line[96];
    std::snprintf(line, sizeof line, "%9.3f ms  %s%s\n", Milliseconds(message.at),
                  message.sent ? "sent" : "received", message.retransmission ? " again" : "");
    *text += line;
    if (message.retransmission) continue;
    *text += message.bytes.empty()
                 ? std::string("  not shown: an answer of Aggressive Mode can be cracked offline\n")
                 : PacketText(message.bytes);
  }
  if (trace.dropped() > 0) {
    *text += "  not kept: " + Counted(trace.dropped(), "more message") + "\n";
  }
}

std::string VerdictText(const ProbeResult& answer) {
  const ike::Outcome& outcome = answer.report.outcome;
  if (answer.end == ProbeEnd::kNoBudget) {
    return "the half-open budget of this address allowed no opening";
  }
  if (answer.report.age) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*answer.report.age);
    return "answered; the half-open budget allowed no opening that shows a choice, which is the "
           "one "
           "of " +
           std::to_string(seconds.count()) + " s ago";
  }
  if (outcome.selected()) return "a proposal was chosen";
  if (!outcome.answered()) return FailureSentence(answer);
  return answer.report.full_opening
             ? "answered with an error notify"
             : "answered; the half-open budget allowed no opening that shows a choice";
}

void AddAnswers(const KeptProbe& probe, std::string* text) {
  *text += "Probing " + probe.target + " at " +
           net::ToString(ike::Endpoint{probe.address, probe.settings->port}) + " by " +
           std::string(ike::TransportName(probe.settings->transport)) + "\n";
  for (size_t i : {size_t{1}, size_t{0}}) {
    const auto& answer = probe.answers.versions[i];
    if (!answer) continue;
    *text += "\nIKEv" + std::to_string(i + 1) + ": " + VerdictText(*answer) + "\n";
    if (answer->report.trace) AddTrace(*answer->report.trace, text);
  }
}

}  // namespace

std::string ProbeLogText(const KeptProbe& probe) {
  std::string text;
  if (probe.address.empty()) {
    text = probe.error + "\n";
  } else {
    AddAnswers(probe, &text);
  }
  text += "\nMetrics\n" + probe.metrics;
  text += "\nSettings of " + (probe.module.empty() ? "[probe]" : "[modules." + probe.module + "]") +
          "\n" + SettingsText(*probe.settings);
  return text;
}

Json KeptProbeJson(const KeptProbe& probe) {
  Json json{{"id", probe.id}, {"at", probe.at}, {"target", probe.target}};
  if (!probe.module.empty()) json["module"] = probe.module;
  json["success"] = probe.success;
  json["duration"] = Milliseconds(std::chrono::duration_cast<ike::Duration>(
      std::chrono::duration<double>(probe.duration_seconds)));
  for (size_t i = 0; i < probe.answers.versions.size(); ++i) {
    const auto& answer = probe.answers.versions[i];
    if (!answer) continue;
    const ike::Outcome& outcome = answer->report.outcome;
    Json version{{"up", outcome.version_answered}};
    if (outcome.reason != ike::Reason::kNone) version["reason"] = ike::ReasonName(outcome.reason);
    if (outcome.rtt) version["rtt"] = Milliseconds(*outcome.rtt);
    json[i == 0 ? "ikev1" : "ikev2"] = std::move(version);
  }
  json["log"] = "/logs?id=" + std::to_string(probe.id);
  return json;
}

void Conclude(const std::string& host, KeptProbe* probe) {
  auto module =
      probe->module.empty() ? nullptr : std::make_shared<const std::string>(probe->module);
  auto target =
      std::make_shared<const ike::Target>(ike::Target{"", host, probe->settings, module, nullptr});
  auto entry = std::make_shared<TargetEntry>(std::move(target), false, nullptr);
  for (const auto& answer : probe->answers.versions) {
    if (answer && answer->end == ProbeEnd::kProbed) {
      entry->Publish(answer->report);
    }
  }
  probe->success =
      entry->With([](const ike::Target&, const TargetState& state) { return state.up; });
  probe->metrics = ProbeMetricsText(entry, probe->duration_seconds);
}

}  // namespace exporter
