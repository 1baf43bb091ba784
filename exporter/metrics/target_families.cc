#include "exporter/metrics/target_families.h"

#include <limits>
#include <utility>

#include "exporter/metrics/family_text.h"

namespace exporter {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

prometheus::MetricType TypeOf(MetricType type) {
  if (type == MetricType::kCounter) return prometheus::MetricType::Counter;
  return type == MetricType::kHistogram ? prometheus::MetricType::Histogram
                                        : prometheus::MetricType::Gauge;
}

// A target without a name is what /probe asks about.
Labels LabelsOf(const ike::Target& target) {
  Labels labels;
  if (!target.name.empty()) labels.push_back({"target", target.name});
  if (!target.labels) return labels;
  for (const auto& [name, value] : *target.labels) labels.push_back({name, value});
  return labels;
}

class FamilySink final : public SampleSink {
 public:
  FamilySink(Labels base, MetricFamily* family) : base_(std::move(base)), family_(family) {}

  void Add(SampleLabels labels, double value) override {
    ClientMetric& metric = NewMetric(labels);
    // The serializer reads the one that the type names.
    metric.counter.value = metric.gauge.value = value;
  }

  void AddHistogram(SampleLabels labels, const std::vector<double>& bounds,
                    std::span<const uint32_t> counts, double sum) override {
    ClientMetric::Histogram& histogram = NewMetric(labels).histogram;
    for (size_t i = 0; i < counts.size(); ++i) {
      histogram.sample_count += counts[i];
      const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
      histogram.bucket.push_back({histogram.sample_count, bound});
    }
    histogram.sample_sum = sum;
  }

 private:
  ClientMetric& NewMetric(SampleLabels labels) {
    ClientMetric& metric = family_->metric.emplace_back();
    metric.label = base_;
    for (const SampleLabel& label : labels) {
      metric.label.push_back({std::string(label.name), std::string(label.value)});
    }
    return metric;
  }

  const Labels base_;
  MetricFamily* const family_;
};

MetricFamily Gauge(const char* name, const char* help, double value) {
  MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  family.metric.emplace_back().gauge.value = value;
  return family;
}

}  // namespace

MetricFamily TargetFamilies::FamilyOf(const MetricRow& row) const {
  MetricFamily family{std::string(row.name), std::string(row.help), TypeOf(row.type), {}};
  for (const EntryPtr& entry : entries_) {
    entry->With([&](const ike::Target& target, const TargetState& state) {
      FamilySink sink(LabelsOf(target), &family);
      EmitRow(row, {target, state, use_ == kUseBasic}, &sink);
    });
  }
  return family;
}

std::vector<MetricFamily> TargetFamilies::Collect() const {
  std::vector<MetricFamily> families;
  if (entries_.empty()) return families;
  for (std::span<const MetricRow> rows : {ProbeRows(), AuditRows()}) {
    for (const MetricRow& row : rows) {
      if ((row.uses & use_) != 0) families.push_back(FamilyOf(row));
    }
  }
  return families;
}

std::string ProbeMetricsText(const EntryPtr& entry, double duration_seconds) {
  std::vector<MetricFamily> families = TargetFamilies({entry}, kUseProbe).Collect();
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  const bool up = entry->With([](const ike::Target& target, const TargetState& state) {
    return TargetUp(*target.settings, state.versions).value_or(false);
  });
  families.push_back(
      Gauge("probe_success", "1 if the versions that `require` asks for answered.", up ? 1 : 0));
  families.push_back(Gauge("probe_duration_seconds",
                           "How long the probe took, name resolution included.", duration_seconds));
  return FamiliesText(families);
}

}  // namespace exporter
