// SampleSink: where the rows of the metric table put their samples. Two of them exist, the
// streaming text writer and the one that makes prometheus-cpp families; a test shows that both give
// the same bytes. One thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace exporter {

struct SampleLabel {
  std::string_view name;
  std::string_view value;
};
using SampleLabels = std::initializer_list<SampleLabel>;

enum class MetricType : uint8_t { kGauge, kCounter, kHistogram };

class SampleSink {
 public:
  virtual ~SampleSink() = default;
  // `labels` come after those of the target.
  virtual void Add(SampleLabels labels, double value) = 0;
  // `counts` has one more element than `bounds` and is not cumulative.
  virtual void AddHistogram(SampleLabels labels, const std::vector<double>& bounds,
                            std::span<const uint32_t> counts, double sum) = 0;
};

}  // namespace exporter
