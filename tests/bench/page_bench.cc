// What one sample of the page costs: ours streamed in pieces against prometheus-cpp's Collectable
// and TextSerializer, of the same table, in turn in one process. Prints one line of JSON.
//   bench_page TARGETS REPETITIONS
//   bench_page TARGETS ours      one page of ours, for callgrind and allocation counts
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

#include "exporter/metrics/page.h"
#include "exporter/metrics/target_families.h"
#include "tests/bench/allocations.h"
#include "tests/bench/fleet_config.h"

namespace {

constexpr size_t kPieceBytes = 64 * 1024;

double Cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Values as a day of probing leaves them.
void Fill(const exporter::TargetTable& table) {
  for (size_t i = 0; i < table.entries.size(); ++i) {
    for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
      exporter::ProbeReport report;
      report.outcome.version = version;
      report.outcome.answer = ike::AnswerKind::kSelected;
      report.outcome.version_answered = true;
      report.outcome.rtt = std::chrono::nanoseconds(12'345'678 + 7919 * i);
      report.outcome.ikev2 = {20, 256, 0, 6, 20, {}, 1};
      report.outcome.ikev1 = {7, 256, 4, 1, 14, 28800};
      report.full_opening = true;
      report.duration = *report.outcome.rtt;
      report.packets_sent = report.packets_received = 1;
      report.finished_at = 1.7e9 + static_cast<double>(i) * 0.0371;
      table.entries[i]->Publish(report);
    }
  }
}

struct Page {
  size_t bytes = 0;
  size_t samples = 0;
  uint64_t allocations = 0;
};

Page WriteOurs(const std::shared_ptr<const exporter::TargetTable>& table) {
  Page page;
  std::string piece;
  piece.reserve(kPieceBytes + 4096);
  exporter::MetricsPage writer(table);
  const uint64_t before = bench::Allocations();
  for (bool more = true; more;) {
    piece.clear();
    more = writer.Next(kPieceBytes, &piece);
    page.bytes += piece.size();
  }
  page.allocations = bench::Allocations() - before;
  return page;
}

size_t WriteTheirs(const exporter::TargetTable& table) {
  const exporter::TargetFamilies families(table.entries, exporter::kUseBasic);
  return prometheus::TextSerializer().Serialize(families.Collect()).size();
}

size_t CountSamples(const std::shared_ptr<const exporter::TargetTable>& table) {
  std::string text;
  exporter::MetricsPage writer(table);
  while (writer.Next(kPieceBytes, &text)) {
  }
  size_t samples = 0;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) samples += text[at] != '#';
  return samples;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_page TARGETS REPETITIONS|ours\n");
    return 2;
  }
  bench::FleetOptions options;
  options.count = static_cast<size_t>(std::atol(argv[1]));
  exporter::Store store;
  auto table = store.Apply(bench::MakeFleet(options), [](std::string_view) { return true; });
  Fill(*table);
  const auto samples = static_cast<double>(std::max<size_t>(CountSamples(table), 1));
  const bool only_ours = std::string_view(argv[2]) == "ours";
  std::vector<double> ours, theirs;
  Page page;
  for (int i = only_ours ? 1 : std::atoi(argv[2]); i > 0; --i) {
    double begun = Cpu();
    page = WriteOurs(table);
    ours.push_back((Cpu() - begun) / samples);
    if (only_ours) break;
    begun = Cpu();
    WriteTheirs(*table);
    theirs.push_back((Cpu() - begun) / samples);
  }
  std::printf(
      "{\"samples\":%.0f,\"bytes\":%zu,\"allocations\":%lu,\"ours_ns\":%.2f,"
      "\"prometheus_cpp_ns\":%.2f}\n",
      samples, page.bytes, page.allocations, Median(ours), theirs.empty() ? 0 : Median(theirs));
}
