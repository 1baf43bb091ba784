// TargetFamilies: the target families as a prometheus-cpp Collectable over the same table of rows
// that /metrics streams (page.h). It holds all samples at once, so it serves pages of few targets:
// /probe, and programs that embed the registry. Any thread; each target is read under its own lock.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "exporter/metrics/metric_table.h"
#include "exporter/targets/store.h"

namespace exporter {

class TargetFamilies final : public prometheus::Collectable {
 public:
  // The rows of `use`.
  TargetFamilies(std::vector<EntryPtr> entries, RowUse use)
      : entries_(std::move(entries)), use_(use) {}

  // Nothing without a target.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  prometheus::MetricFamily FamilyOf(const MetricRow& row) const;

  const std::vector<EntryPtr> entries_;
  const RowUse use_;
};

// The page of /probe: the gauges of one probe without the label `target`, and the two metrics that
// rules for blackbox_exporter use. Rows without a sample are left out.
std::string ProbeMetricsText(const EntryPtr& entry, double duration_seconds);

}  // namespace exporter
