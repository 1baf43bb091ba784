#include "exporter/metrics/family_text.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "exporter/base/number_text.h"
#include "exporter/targets/label_text.h"

namespace exporter {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::string_view TypeName(MetricType type) {
  if (type == MetricType::Counter) return "counter";
  return type == MetricType::Histogram ? "histogram" : "gauge";
}

// One row; `le` is a bound, or NaN where there is none.
void AddRow(const std::string& name, const ClientMetric& metric, double le, double value,
            std::string* out) {
  out->append(name);
  char before = '{';
  const auto add = [&](std::string_view label, std::string_view text) {
    out->push_back(std::exchange(before, ','));
    AppendLabel(label, text, out);
  };
  for (const ClientMetric::Label& label : metric.label) add(label.name, label.value);
  if (!std::isnan(le)) {
    std::string bound;
    AppendNumber(le, &bound);
    add("le", bound);
  }
  if (before == ',') out->push_back('}');
  out->push_back(' ');
  AppendNumber(value, out);
  out->append("\n");
}

void AddHistogram(const std::string& name, const ClientMetric& metric, std::string* out) {
  const ClientMetric::Histogram& histogram = metric.histogram;
  const double no_bound = std::nan("");
  const auto total = static_cast<double>(histogram.sample_count);
  AddRow(name + "_count", metric, no_bound, total, out);
  AddRow(name + "_sum", metric, no_bound, histogram.sample_sum, out);
  double last = 0;
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    last = bucket.upper_bound;
    AddRow(name + "_bucket", metric, last, static_cast<double>(bucket.cumulative_count), out);
  }
  if (!std::isinf(last)) AddRow(name + "_bucket", metric, HUGE_VAL, total, out);
}

}  // namespace

std::string FamiliesText(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const MetricFamily& family : families) {
    text.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n# TYPE ");
    text.append(family.name).append(" ").append(TypeName(family.type)).append("\n");
    for (const ClientMetric& metric : family.metric) {
      if (family.type == MetricType::Histogram) {
        AddHistogram(family.name, metric, &text);
      } else {
        const bool counter = family.type == MetricType::Counter;
        AddRow(family.name, metric, std::nan(""),
               counter ? metric.counter.value : metric.gauge.value, &text);
      }
    }
  }
  return text;
}

}  // namespace exporter
