#include "exporter/metrics/exporter_metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vector>

#include "exporter/base/version.h"
#include "exporter/log/log.h"
#include "exporter/metrics/family_text.h"
#include "exporter/metrics/process_metrics.h"

namespace exporter {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

const prometheus::Histogram::BucketBoundaries kRequestBounds = {0.001, 0.005, 0.025, 0.1,
                                                                0.5,   1,     5,     30};
// Every reason from the start.
constexpr const char* kRejections[] = {"not_allowed", "port",   "client_rate", "concurrency",
                                       "budget",      "origin", "host",        "content_type"};

MetricFamily Family(const char* name, const char* help, prometheus::MetricType type) {
  return {name, help, type, {}};
}

ClientMetric& AddSample(MetricFamily* family, double value,
                        std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric& metric = family->metric.emplace_back();
  metric.label = std::move(labels);
  if (family->type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return metric;
}

MetricFamily Single(const char* name, const char* help, prometheus::MetricType type, double value) {
  MetricFamily family = Family(name, help, type);
  AddSample(&family, value);
  return family;
}

constexpr auto kGauge = prometheus::MetricType::Gauge;
constexpr auto kCounter = prometheus::MetricType::Counter;

uint64_t Sum(const EnginePool& pool, std::atomic<uint64_t> EngineStats::*member) {
  uint64_t sum = 0;
  for (const auto& engine : pool.engines()) sum += (engine->stats().*member).load();
  return sum;
}

MetricFamily Skipped(const EnginePool& pool) {
  MetricFamily family = Family("ike_exporter_probes_skipped_total",
                               "Scheduled probes that did not take place, by reason.", kCounter);
  for (size_t i = 0; i < kSkipNames.size(); ++i) {
    uint64_t sum = 0;
    for (const auto& engine : pool.engines()) sum += engine->stats().skipped[i].load();
    AddSample(&family, static_cast<double>(sum), {{"reason", kSkipNames[i]}});
  }
  return family;
}

MetricFamily Delayed(const EnginePool& pool) {
  MetricFamily family = Family("ike_exporter_packets_delayed_total",
                               "Packets that waited for a limit of their pace.", kCounter);
  for (size_t i = 0; i < kPaceNames.size(); ++i) {
    uint64_t sum = 0;
    for (const auto& engine : pool.engines()) sum += engine->stats().delayed_packets[i].load();
    AddSample(&family, static_cast<double>(sum), {{"limit", kPaceNames[i]}});
  }
  return family;
}

MetricFamily LogMessages() {
  MetricFamily family =
      Family("ike_exporter_log_messages_total", "Lines of the log, by level.", kCounter);
  for (size_t i = 0; i < std::size(kLogLevelNames); ++i) {
    AddSample(&family, static_cast<double>(LogLines(static_cast<LogLevel>(i))),
              {{"level", std::string(kLogLevelNames[i])}});
  }
  return family;
}

MetricFamily Lag(const EnginePool& pool) {
  MetricFamily family =
      Family("ike_exporter_schedule_lag_seconds", "How late scheduled probes started.",
             prometheus::MetricType::Histogram);
  ClientMetric& metric = family.metric.emplace_back();
  uint64_t count = 0;
  uint64_t sum_ns = 0;
  for (const auto& engine : pool.engines()) sum_ns += engine->stats().lag_sum_ns.load();
  for (size_t i = 0; i <= kLagBounds.size(); ++i) {
    for (const auto& engine : pool.engines()) count += engine->stats().lag_counts[i].load();
    double bound = i < kLagBounds.size() ? kLagBounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({count, bound});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = static_cast<double>(sum_ns) * 1e-9;
  return family;
}

}  // namespace

struct ExporterMetrics::State {
  explicit State(Sources given) : sources(given) {
    for (const char* reason : kRejections) rejections.Add({{"reason", reason}});
  }

  std::vector<MetricFamily> Engine() const;

  const Sources sources;
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("ike_exporter_http_requests_total")
          .Help("HTTP requests by handler and status code.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("ike_exporter_http_request_duration_seconds")
          .Help("How long HTTP requests took.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& rejections =
      prometheus::BuildCounter()
          .Name("ike_exporter_api_rejections_total")
          .Help("Requests to probe that were refused, by reason.")
          .Register(registry);
};

std::vector<MetricFamily> ExporterMetrics::State::Engine() const {
  const EnginePool& pool = *sources.engines;
  const ConfigReloader& reloader = *sources.reloader;
  auto number = [](auto value) { return static_cast<double>(value); };
  std::vector<MetricFamily> families;
  MetricFamily build = Family("ike_exporter_build_info", "What this build is.", kGauge);
  AddSample(&build, 1,
            {{"version", std::string(Version())},
             {"revision", std::string(Revision())},
             {"compiler", std::string(Compiler())}});
  families.push_back(std::move(build));
  families.push_back(Single("ike_exporter_config_last_reload_successful",
                            "1 if the last attempt to load the configuration succeeded.", kGauge,
                            reloader.last_successful() ? 1 : 0));
  families.push_back(Single("ike_exporter_config_last_reload_success_timestamp_seconds",
                            "When the configuration was last loaded, Unix time.", kGauge,
                            reloader.last_success_at()));
  families.push_back(Single("ike_exporter_targets", "Targets that this process probes.", kGauge,
                            number(sources.store->table()->entries.size())));
  families.push_back(Single("ike_exporter_probes_in_flight", "Probes and audits under way.", kGauge,
                            number(Sum(pool, &EngineStats::in_flight))));
  families.push_back(Single("ike_exporter_audits_running", "Audits under way.", kGauge,
                            number(Sum(pool, &EngineStats::audits_running))));
  families.push_back(Single("ike_exporter_audits_waiting",
                            "Audits that are due or asked for and have not begun.", kGauge,
                            number(Sum(pool, &EngineStats::audits_waiting))));
  families.push_back(Lag(pool));
  families.push_back(Skipped(pool));
  families.push_back(Delayed(pool));
  families.push_back(Single("ike_exporter_unmatched_packets_total",
                            "Packets that belonged to no probe.", kCounter,
                            number(Sum(pool, &EngineStats::unmatched_packets))));
  families.push_back(Single("ike_exporter_receive_drops_total",
                            "Packets that the kernel dropped because the receive buffer was full.",
                            kCounter, number(Sum(pool, &EngineStats::dropped_packets))));
  families.push_back(LogMessages());
  return families;
}

ExporterMetrics::ExporterMetrics(Sources sources) : state_(std::make_unique<State>(sources)) {}
ExporterMetrics::~ExporterMetrics() = default;

void ExporterMetrics::Expect(std::string_view handler, int code) {
  state_->requests.Add({{"handler", std::string(handler)}, {"code", std::to_string(code)}});
  state_->durations.Add({{"handler", std::string(handler)}}, kRequestBounds);
}

void ExporterMetrics::CountRequest(std::string_view handler, int code) {
  state_->requests.Add({{"handler", std::string(handler)}, {"code", std::to_string(code)}})
      .Increment();
}

void ExporterMetrics::ObserveRequest(std::string_view handler, double seconds) {
  state_->durations.Add({{"handler", std::string(handler)}}, kRequestBounds).Observe(seconds);
}

void ExporterMetrics::CountRejection(std::string_view reason) {
  state_->rejections.Add({{"reason", std::string(reason)}}).Increment();
}

std::string ExporterMetrics::Text() const {
  std::vector<MetricFamily> families = state_->Engine();
  for (MetricFamily& family : state_->registry.Collect()) families.push_back(std::move(family));
  for (MetricFamily& family : ProcessMetrics()) families.push_back(std::move(family));
  return FamiliesText(families);
}

}  // namespace exporter
