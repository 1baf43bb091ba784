#include "exporter/http/probe_page.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "config/host.h"
#include "exporter/json/probe_json.h"
#include "exporter/metrics/target_families.h"
#include "exporter/net/address.h"
#include "exporter/packet_text.h"

namespace exporter {
namespace {

constexpr ike::Duration kScrapeMargin = std::chrono::milliseconds(500);
constexpr ike::Duration kShortest = std::chrono::milliseconds(50);

ProbePage Refuse(const HttpError& error) {
  ProbePage page{error.status, error.sentence + "\n", error.retry_after, {}};
  if (error.status == 403 || error.status == 429) page.rejection = error.reason;
  return page;
}

std::string MetricsText(const ike::Target& target, const AdHoc::Answers& answers,
                        double duration_seconds) {
  auto entry = std::make_shared<TargetEntry>(target, false, 0);
  for (const auto& answer : answers.versions) {
    if (answer && answer->result.end == ProbeEnd::kProbed) {
      entry->Publish(answer->result.report, {});
    }
  }
  return ProbeMetricsText(entry, duration_seconds);
}

std::string TraceText(const Trace& trace) {
  std::string text;
  for (const TracedMessage& message : trace.messages()) {
    char line[96];
    std::snprintf(line, sizeof line, "%9.3f ms  %s%s\n", Milliseconds(message.at),
                  message.sent ? "sent" : "received", message.retransmission ? " again" : "");
    text += line;
    text += message.bytes.empty()
                ? std::string("  not shown: an answer of Aggressive Mode can be cracked offline\n")
                : PacketText(message.bytes);
  }
  return text;
}

std::string DebugText(const Admitted& admitted, const AdHoc::Answers& answers) {
  std::string text = "Probing " + admitted.host + " at " +
                     net::ToString(ike::Endpoint{admitted.address, admitted.settings->port}) +
                     " by " + std::string(ike::TransportName(admitted.settings->transport)) + "\n";
  for (size_t i : {size_t{1}, size_t{0}}) {
    const auto& answer = answers.versions[i];
    if (!answer) continue;
    const ike::Outcome& outcome = answer->result.report.outcome;
    text += "\nIKEv" + std::to_string(i + 1) + ": ";
    if (answer->result.end == ProbeEnd::kNoBudget) {
      text += "the half-open budget of this address allowed no opening\n";
    } else if (outcome.selected()) {
      text += "a proposal was chosen\n";
    } else if (outcome.answered()) {
      text += answer->result.report.full_opening
                  ? "answered with an error notify\n"
                  : "answered; the half-open budget allowed no opening that shows a choice\n";
    } else {
      text += FailureSentence(answer->result) + "\n";
    }
    text += TraceText(answer->trace);
  }
  return text;
}

// A name that does not resolve is a failed probe, not a failed request, as blackbox_exporter has
// it.
AdHoc::Answers Unresolved(const ike::ProbeSettings& settings, const std::string& error) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  AdHoc::Answers answers;
  for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    if (!settings.probes(version)) continue;
    ProbeAnswer& answer = answers.versions[static_cast<size_t>(version) - 1].emplace();
    answer.result.error = error;
    answer.result.report.full_opening = true;
    answer.result.report.finished_at = now;
    answer.result.report.outcome.version = version;
    answer.result.report.outcome.reason = ike::Reason::kResolve;
  }
  return answers;
}

}  // namespace

tl::expected<ike::Duration, std::string> ProbeTimeout(ike::Duration module_timeout,
                                                      const std::string& scrape_timeout) {
  if (scrape_timeout.empty()) return module_timeout;
  double seconds = 0;
  const char* end = scrape_timeout.data() + scrape_timeout.size();
  auto [at, error] = std::from_chars(scrape_timeout.data(), end, seconds);
  if (error != std::errc{} || at != end || !(seconds > 0) || seconds > 1e6) {
    return tl::make_unexpected(
        "X-Prometheus-Scrape-Timeout-Seconds must be a positive number of seconds");
  }
  ike::Duration scrape(static_cast<int64_t>(seconds * 1e9));
  return std::max(kShortest, std::min(module_timeout, scrape - kScrapeMargin));
}

ProbePage ServeProbe(const HttpServices& services, AdHoc* ad_hoc, const ProbeQuery& query) {
  std::shared_ptr<const TargetTable> table = services.store->table();
  if (query.target.empty()) return {400, "the parameter target is missing\n", 0, {}};
  std::shared_ptr<const ike::ProbeSettings> base = table->config->defaults;
  if (!query.module.empty()) {
    auto module = table->config->modules.find(query.module);
    if (module == table->config->modules.end()) return {400, "unknown module\n", 0, {}};
    base = module->second;
  }
  auto parsed = config::ParseHostPort(query.target);
  if (!parsed) return {400, "target: " + parsed.error() + "\n", 0, {}};
  auto settings = std::make_shared<ike::ProbeSettings>(*base);
  if (parsed->port) {
    settings->port = *parsed->port;
    if (*parsed->port == 4500 && settings->transport == ike::Transport::kUdp) {
      settings->transport = ike::Transport::kUdpEncap;
    }
  }
  auto timeout = ProbeTimeout(settings->timeout, query.scrape_timeout);
  if (!timeout) return {400, timeout.error() + "\n", 0, {}};
  auto ticket = ad_hoc->Enter(query.client);
  if (!ticket) return Refuse(ticket.error());
  auto started = std::chrono::steady_clock::now();
  auto admitted = ad_hoc->Admit(parsed->host, settings, *timeout);
  if (!admitted && admitted.error().status != 502) return Refuse(admitted.error());
  AdHoc::Answers answers;
  ike::Duration spent = std::chrono::steady_clock::now() - started;
  if (admitted) {
    answers = ad_hoc->Probe(*admitted, std::max(kShortest, *timeout - spent), false, query.debug);
  } else {
    answers = Unresolved(*settings, admitted.error().sentence);
  }
  for (auto& answer : answers.versions) {
    if (answer) answer->result.report.duration += spent;  // resolution included
  }
  double duration =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  auto module = query.module.empty() ? nullptr : std::make_shared<const std::string>(query.module);
  ike::Target target{"", parsed->host, settings, module, nullptr};
  std::string metrics = MetricsText(target, answers, duration);
  if (!query.debug) return {200, metrics, 0, {}};
  std::string log = admitted ? DebugText(*admitted, answers) : admitted.error().sentence + "\n";
  return {200, log + "\nMetrics\n" + metrics, 0, {}};
}

}  // namespace exporter
