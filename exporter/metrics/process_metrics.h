// The nine standard process_* metrics, read from /proc/self. Called by the exporter's own metrics
// for each scrape. Any thread.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace exporter {

// What cannot be read is left out.
std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace exporter
