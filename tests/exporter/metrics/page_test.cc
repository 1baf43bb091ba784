#include "exporter/metrics/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "exporter/metrics/exporter_metrics.h"
#include "exporter/metrics/family_text.h"
#include "exporter/metrics/target_families.h"
#include "tests/exporter/metrics/sample_fleet.h"
#include "tests/support/test_path.h"

namespace exporter::test {
namespace {

using config::MetricsDetail;

std::string Streamed(const std::shared_ptr<const TargetTable>& table) {
  MetricsPage page(table);
  std::string text;
  while (page.Next(1000, &text)) {
  }
  return text;
}

std::string Serialized(const TargetTable& table, RowUse use) {
  const TargetFamilies families(table.entries, use);
  return FamiliesText(families.Collect());
}

TEST(MetricsPage, TheStreamAndPrometheusCppGiveTheSameBytes) {
  Store full;
  auto table = SampleFleet(&full, MetricsDetail::kFull);
  EXPECT_EQ(Streamed(table), Serialized(*table, kUseFull));
  Store basic;
  table = SampleFleet(&basic, MetricsDetail::kBasic);
  EXPECT_EQ(Streamed(table), Serialized(*table, kUseBasic));
}

// But for decimals that take more than sixteen digits.
TEST(FamilyText, IsWhatPrometheusCppWrites) {
  using prometheus::MetricType;
  prometheus::MetricFamily gauge{"g", "A gauge.", MetricType::Gauge, {}};
  for (double value : {0.0, -0.0, 1.0, 0.1, 1e-9, 1e21, 123456789.125, 1700000030.0, HUGE_VAL,
                       -HUGE_VAL, std::nan("")}) {
    gauge.metric.emplace_back().gauge.value = value;
  }
  gauge.metric.back().label = {{"a", "x"}, {"b", "\\ \" \n"}};
  prometheus::MetricFamily counter{"c_total", "A counter.", MetricType::Counter, {}};
  counter.metric.emplace_back().counter.value = 3;
  prometheus::MetricFamily histogram{"h", "A histogram.", MetricType::Histogram, {}};
  for (double last : {2.5, HUGE_VAL}) {
    prometheus::ClientMetric& metric = histogram.metric.emplace_back();
    metric.label = {{"a", "x"}};
    metric.histogram = {4, 1.5, {{1, 0.25}, {4, last}}};
  }
  const std::vector<prometheus::MetricFamily> families{gauge, counter, histogram};
  EXPECT_EQ(FamiliesText(families), prometheus::TextSerializer().Serialize(families));
}

TEST(FamilyText, BoundsAreTheDecimalsThatWereConfigured) {
  prometheus::MetricFamily histogram{"h", "A histogram.", prometheus::MetricType::Histogram, {}};
  histogram.metric.emplace_back().histogram = {1, 0.009, {{1, 0.009}}};
  EXPECT_EQ(FamiliesText({histogram}),
            "# HELP h A histogram.\n# TYPE h histogram\nh_count 1\nh_sum 0.009\n"
            "h_bucket{le=\"0.009\"} 1\nh_bucket{le=\"+Inf\"} 1\n");
}

TEST(MetricsPage, NoTargetsNoFamilies) {
  Store store;
  EXPECT_EQ(Streamed(store.table()), "");
  EXPECT_EQ(Serialized(TargetTable{std::make_shared<config::Config>(), {}, {}}, kUseFull), "");
}

TEST(ProbePage, HasTheGaugesOfOneProbeWithoutItsTarget) {
  Store store;
  const auto table = SampleFleet(&store, MetricsDetail::kFull);
  ike::Target target = *table->entries[0]->target();
  target.name.clear();
  target.labels = nullptr;
  const auto entry =
      std::make_shared<TargetEntry>(std::make_shared<const ike::Target>(target), false, nullptr);
  const std::string text = ProbeMetricsText(entry, 0.25);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("ike_up{"))) << "not probed yet";
  EXPECT_THAT(text, testing::EndsWith("\nprobe_success 0\n"
                                      "# HELP probe_duration_seconds How long the probe took, "
                                      "name resolution included.\n"
                                      "# TYPE probe_duration_seconds gauge\n"
                                      "probe_duration_seconds 0.25\n"));
  for (const char* absent : {"target=", "_total", "_bucket", "ike_audit", "ike_last_rtt"}) {
    EXPECT_THAT(text, testing::Not(testing::HasSubstr(absent))) << absent;
  }
}

// What differs from run to run or build to build: values of the process, times, the build.
std::string Masked(const std::string& line) {
  if (line.starts_with("ike_exporter_build_info{")) {
    return "ike_exporter_build_info{version=\"1\",revision=\"1\",compiler=\"1\"} 1";
  }
  const bool varies =
      line.starts_with("process_") || line.find("_success_timestamp_seconds ") != std::string::npos;
  return varies ? line.substr(0, line.find(' ')) + " 0" : line;
}

// The exporter's own families; the samples of one family in the order of their text.
std::string ExporterPage(const Store& store) {
  auto engines = EnginePool::Create(1, {}, nullptr);
  const ConfigReloader reloader({}, {}, nullptr, nullptr);
  ExporterMetrics metrics({engines->get(), &reloader, &store});
  metrics.CountRequest("metrics", 200);
  metrics.ObserveRequest("metrics", 0.003);
  metrics.CountRejection("budget");
  std::istringstream lines(metrics.Text());
  std::string text;
  std::vector<std::string> samples;
  const auto flush = [&] {
    // Counters of a registry come in no order; a histogram has one that means something.
    if (text.ends_with(" counter\n")) std::sort(samples.begin(), samples.end());
    for (const std::string& sample : samples) text += sample + "\n";
    samples.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) {
      flush();
      text += line + "\n";
    } else {
      samples.push_back(Masked(line));
    }
  }
  flush();
  return text;
}

// A change of the schema shows here as a readable difference. To accept it, run with
// UPDATE_GOLDEN=1. promtool checks the same file (exporter.promtool_accepts_the_page).
TEST(MetricsPage, IsWhatTheGoldenFileSays) {
  Store store;
  const auto table = SampleFleet(&store, MetricsDetail::kFull);
  const std::string page = Streamed(table) + ExporterPage(store);
  const std::string path = TestPath("golden/metrics.txt");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << page;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(page, golden.str());
}

// How many of each version, and of the target as a whole under "".
std::map<std::string, size_t> SeriesOf(const EntryPtr& entry, RowUse use) {
  const std::string text = FamiliesText(TargetFamilies({entry}, use).Collect());
  std::istringstream lines(text);
  std::map<std::string, size_t> count;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const size_t label = line.find("ike_version=\"");
    ++count[label == std::string::npos ? "" : line.substr(label + 13, 1)];
  }
  return count;
}

// What operators are promised, with everything learnt, the last probe failed and no weak algorithm
// accepted: at most 65 series of a target and IKE version, and with "basic" 10 in all for each.
TEST(SeriesBudget, HoldsForEachVersionAndBoth) {
  const auto bounds =
      std::make_shared<const std::vector<double>>(config::MetricsSettings{}.rtt_buckets);
  for (const auto& [v1, v2] : {std::pair(true, false), {false, true}, {true, true}}) {
    ike::ProbeSettings settings;
    settings.ikev1 = v1;
    settings.ikev2 = v2;
    const EntryPtr entry = EverythingLearnt(settings, bounds);
    auto full = SeriesOf(entry, kUseFull);
    auto basic = SeriesOf(entry, kUseBasic);
    EXPECT_EQ(full["1"], v1 ? 60u : 0u);  // IKEv1 itself is a finding
    EXPECT_EQ(full["2"], v2 ? 64u : 0u);
    EXPECT_EQ(full[""], 11u);
    EXPECT_LE(basic[""] + basic["1"] + basic["2"], (v1 && v2) ? 20u : 10u);
    EXPECT_EQ(basic["1"], v1 ? 9u : 0u);
    EXPECT_EQ(basic["2"], v2 ? 9u : 0u);
  }
}

}  // namespace
}  // namespace exporter::test
