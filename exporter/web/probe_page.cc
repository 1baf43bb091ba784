#include "exporter/web/probe_page.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "config/host.h"
#include "exporter/base/unix_time.h"
#include "exporter/net/address.h"
#include "exporter/web/replies.h"

namespace exporter {
namespace {

constexpr ike::Duration kShortest = std::chrono::milliseconds(50);

// A name that does not resolve is a failed probe, not a failed request, as blackbox_exporter has
// it.
OnDemandProber::Answers Unresolved(const ike::ProbeSettings& settings, const std::string& error) {
  OnDemandProber::Answers answers;
  for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    if (!settings.probes(version)) continue;
    ProbeResult& answer = answers.versions[static_cast<size_t>(version) - 1].emplace();
    answer.error = error;
    answer.report.full_opening = true;
    answer.report.finished_at = UnixNow();
    answer.report.outcome.version = version;
    answer.report.outcome.reason = ike::Reason::kResolve;
  }
  return answers;
}

struct RequestedProbe {
  std::string host;
  std::shared_ptr<const ike::ProbeSettings> settings;
  ike::Duration timeout;
};

// The error is a sentence.
tl::expected<RequestedProbe, std::string> OrderOf(const ProbeQuery& query, const TargetTable& table,
                                                  ike::Duration margin) {
  if (query.target.empty()) return tl::make_unexpected("the parameter target is missing");
  std::shared_ptr<const ike::ProbeSettings> base = table.config->defaults;
  if (!query.module.empty()) {
    auto module = table.config->modules.find(query.module);
    if (module == table.config->modules.end()) return tl::make_unexpected("unknown module");
    base = module->second;
  }
  auto parsed = config::ParseHostPort(query.target);
  if (!parsed) return tl::make_unexpected("target: " + parsed.error());
  auto settings = std::make_shared<ike::ProbeSettings>(*base);
  if (parsed->port) {
    settings->port = *parsed->port;
    if (*parsed->port == 4500 && settings->transport == ike::Transport::kUdp) {
      settings->transport = ike::Transport::kUdpEncap;
    }
  }
  auto timeout = ProbeTimeout({settings->timeout, margin}, query.scrape_timeout);
  if (!timeout) return tl::make_unexpected(timeout.error());
  return RequestedProbe{parsed->host, std::move(settings), *timeout};
}

}  // namespace

tl::expected<ike::Duration, std::string> ProbeTimeout(const ProbeLimits& limits,
                                                      const std::string& scrape_timeout) {
  if (scrape_timeout.empty()) return limits.timeout;
  double seconds = 0;
  const char* end = scrape_timeout.data() + scrape_timeout.size();
  auto [at, error] = std::from_chars(scrape_timeout.data(), end, seconds);
  if (error != std::errc{} || at != end || !(seconds > 0) || seconds > 1e6) {
    return tl::make_unexpected(
        "X-Prometheus-Scrape-Timeout-Seconds must be a positive number of seconds");
  }
  ike::Duration scrape(static_cast<int64_t>(seconds * 1e9));
  return std::max(kShortest, std::min(limits.timeout, scrape - limits.margin));
}

HttpReply ServeProbe(const ProbeServices& services, const ProbeQuery& query) {
  auto order = OrderOf(query, *services.http->store->table(), services.http->timeout_margin);
  if (!order) return TextReply(400, order.error() + "\n");
  auto slot = services.prober->TakeSlot(query.client);
  if (!slot) return TextError(slot.error());
  KeptProbe probe;
  probe.target = query.target;
  probe.module = query.module;
  probe.settings = order->settings;
  auto started = std::chrono::steady_clock::now();
  auto spent = [&] { return std::chrono::steady_clock::now() - started; };
  auto allowed = services.prober->ResolveAllowed(order->host, order->settings, order->timeout);
  const ike::Duration resolution = spent();
  if (!allowed && allowed.error().status != 502) return TextError(allowed.error());
  if (allowed) {
    probe.address = allowed->addresses.front();
    bool traced = query.debug || services.recent->keeps();
    probe.answers = services.prober->Probe(
        *allowed, std::max(kShortest, order->timeout - resolution), false, traced);
  } else {
    probe.error = allowed.error().sentence;
    probe.answers = Unresolved(*order->settings, probe.error);
  }
  for (auto& answer : probe.answers.versions) {
    if (!answer) continue;
    answer->report.duration += resolution;
    if (answer->report.outcome.answered()) probe.address = answer->report.address;
  }
  probe.duration_seconds = std::chrono::duration<double>(spent()).count();
  probe.at = UnixNow();
  Conclude(order->host, &probe);
  HttpReply reply = TextReply(200, query.debug ? ProbeLogText(probe) : probe.metrics);
  if (!query.debug) reply.type = kMetricsType;
  services.recent->Add(std::move(probe));
  return reply;
}

}  // namespace exporter
