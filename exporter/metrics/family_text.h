// The text form of prometheus-cpp's families with the page's own numbers: its TextSerializer prints
// sixteen digits, which show 0.009 as 0.008999999999999999. Pure functions, any thread.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace exporter {

// Gauges, counters and histograms.
std::string FamiliesText(const std::vector<prometheus::MetricFamily>& families);

}  // namespace exporter
