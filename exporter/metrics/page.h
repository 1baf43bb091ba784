// MetricsPage: the target families of /metrics, written in bounded pieces straight from the store,
// so that a scrape of any size adds one piece's memory. One object per scrape, of one thread. Each
// target is read under its own lock and for one family at a time: within a page, one target's
// families may stem from before and after a probe that ended meanwhile.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "exporter/metrics/metric_table.h"
#include "exporter/targets/store.h"

namespace exporter {

class MetricsPage {
 public:
  explicit MetricsPage(std::shared_ptr<const TargetTable> table);

  // Appends the next piece, about `piece_bytes` long, to `out`. Returns false when the page is
  // complete.
  bool Next(size_t piece_bytes, std::string* out);

 private:
  bool Shown(const MetricRow& row) const;
  const MetricRow* Row() const;

  const std::shared_ptr<const TargetTable> table_;
  const bool basic_;
  size_t row_ = 0;    // over ProbeRows and then AuditRows
  size_t entry_ = 0;  // of the row's targets
  bool header_written_ = false;
};

// Writes one family's HELP and TYPE lines. Help texts hold neither backslash nor line feed.
void AppendFamilyHeader(const MetricRow& row, std::string* out);

// The text form of samples: `name{base,labels} value`.
class TextSink final : public SampleSink {
 public:
  // `base` are the rendered labels of the target, maybe empty. All outlive the sink.
  TextSink(std::string_view name, std::string_view base, std::string* out)
      : name_(name), base_(base), out_(out) {}

  void Add(SampleLabels labels, double value) override;
  void AddHistogram(SampleLabels labels, const std::vector<double>& bounds,
                    std::span<const uint32_t> counts, double sum) override;

 private:
  void Line(std::string_view suffix, SampleLabels labels, std::string_view le, double value);

  const std::string_view name_;
  const std::string_view base_;
  std::string* const out_;
};

}  // namespace exporter
