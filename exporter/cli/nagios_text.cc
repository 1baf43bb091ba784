#include "exporter/cli/nagios_text.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "exporter/base/number_text.h"
#include "exporter/cli/output.h"
#include "exporter/cli/probe_text.h"
#include "exporter/net/address.h"
#include "probes/algorithms/suite_text.h"

namespace exporter {
namespace {

constexpr std::string_view kStatusNames[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
// Order of the output.
constexpr ike::IkeVersion kVersions[] = {ike::IkeVersion::kV2, ike::IkeVersion::kV1};

const std::optional<ProbeResult>& ResultOf(const VersionResults& results, ike::IkeVersion version) {
  return results[static_cast<size_t>(version) - 1];
}

// Keeps the line one line, and its first '|' the one before the performance data.
std::string OnOneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '|') c = ' ';
  }
  return line;
}

// Decimal without an exponent, as performance data must be; "0.0123".
std::string SecondsText(ike::Duration duration) {
  char text[32];
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1000000),
                static_cast<long long>(us % 1000000));
  std::string seconds(text);
  seconds.erase(seconds.find_last_not_of('0') + 1);
  if (seconds.back() == '.') seconds.pop_back();
  return seconds;
}

std::string SecondsText(const std::optional<std::chrono::milliseconds>& threshold) {
  return threshold ? SecondsText(ike::Duration(*threshold)) : "";
}

PluginStatus StatusOfRtt(const ike::Outcome& outcome, const RttThresholds& thresholds) {
  const ike::Duration rtt = outcome.rtt.value_or(outcome.answer_delay);
  if (thresholds.critical && rtt >= *thresholds.critical) return PluginStatus::kCritical;
  if (thresholds.warning && rtt >= *thresholds.warning) return PluginStatus::kWarning;
  return PluginStatus::kOk;
}

PluginStatus StatusOf(ike::Require require, const RttThresholds& thresholds,
                      const VersionResults& results) {
  const HostState state = StateOf(require, results);
  if (state == HostState::kDown) return PluginStatus::kCritical;
  if (state == HostState::kUnknown) return PluginStatus::kUnknown;
  PluginStatus worst = PluginStatus::kOk;
  for (const auto& result : results) {
    if (!result || !result->report.outcome.answered()) continue;
    worst = std::max(worst, StatusOfRtt(result->report.outcome, thresholds));
  }
  return worst;
}

std::string MillisecondsText(ike::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", Milliseconds(duration));
  return text;
}

// "IKEv2 up, 12.3 ms, ENCR_AES_GCM_16_256 / ..."
std::string AnswerText(ike::IkeVersion version, const ProbeResult& result) {
  const ike::Outcome& outcome = result.report.outcome;
  const bool ikev1 = version == ike::IkeVersion::kV1;
  std::string text = std::string(ikev1 ? "IKEv1 " : "IKEv2 ") + Headline(result);
  if (outcome.rtt) {
    text += ", " + MillisecondsText(*outcome.rtt);
  } else if (outcome.answered()) {
    text += ", " + MillisecondsText(outcome.answer_delay) + " with a retransmission";
  }
  if (!outcome.selected()) return text;
  return text + ", " + (ikev1 ? ike::SuiteText(outcome.ikev1) : ike::SuiteText(outcome.ikev2));
}

// "vpn.example.com (192.0.2.1)"
std::string HostText(const PluginHost& host, const VersionResults& results) {
  for (ike::IkeVersion version : kVersions) {
    const auto& result = ResultOf(results, version);
    if (!result || result->report.address.empty()) continue;
    const std::string address = net::ToString(result->report.address);
    return address == host.host ? host.text : host.text + " (" + address + ")";
  }
  return host.text;
}

// "rtt_ikev2=0.0123s;0.5;1;0"; U is an unknown value.
std::string PerformanceData(ike::IkeVersion version, const ProbeResult& result,
                            const RttThresholds& thresholds) {
  const std::optional<ike::Duration>& rtt = result.report.outcome.rtt;
  return std::string(version == ike::IkeVersion::kV1 ? "rtt_ikev1=" : "rtt_ikev2=") +
         (rtt ? SecondsText(*rtt) + "s" : "U") + ";" + SecondsText(thresholds.warning) + ";" +
         SecondsText(thresholds.critical) + ";0";
}

std::string Line(PluginStatus status, std::string_view text) {
  return "IKE " + std::string(kStatusNames[static_cast<size_t>(status)]) + " - " + OnOneLine(text);
}

}  // namespace

PluginOutput PluginOutputOf(const PluginHost& host, ike::Require require,
                            const RttThresholds& thresholds, const VersionResults& results) {
  std::string text = HostText(host, results);
  std::string data;
  for (ike::IkeVersion version : kVersions) {
    const auto& result = ResultOf(results, version);
    if (!result) continue;
    text += (data.empty() ? ": " : "; ") + AnswerText(version, *result);
    data += (data.empty() ? "|" : " ") + PerformanceData(version, *result, thresholds);
  }
  const PluginStatus status = StatusOf(require, thresholds, results);
  return {status, Line(status, text) + data};
}

PluginOutput PluginFailure(std::string_view sentence) {
  return {PluginStatus::kUnknown, Line(PluginStatus::kUnknown, sentence)};
}

int PrintPluginOutput(const PluginOutput& output) {
  std::printf("%s\n", output.line.c_str());
  return FlushOutput() ? static_cast<int>(output.status) : static_cast<int>(PluginStatus::kUnknown);
}

int PluginError(std::string_view sentence) { return PrintPluginOutput(PluginFailure(sentence)); }

}  // namespace exporter
