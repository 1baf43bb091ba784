// The metric table: one row for each metric family of the targets (contract section 6), with its
// name, type, help and how its samples are made. Every writer walks it; nothing else knows the
// schema. Constant, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "exporter/metrics/sample_sink.h"
#include "exporter/targets/store.h"
#include "probes/target.h"

namespace exporter {

// One target, read under its entry's lock.
struct TargetView {
  const ike::Target& target;
  const TargetState& state;
  bool basic;  // [metrics] detail
};

enum class RowScope : uint8_t {
  kTarget,   // one sample set a target
  kVersion,  // one for each IKE version that is probed
};

// What a row is shown in.
enum RowUse : uint8_t {
  kUseFull = 1,   // detail = "full"
  kUseBasic = 2,  // detail = "basic" too
  kUseProbe = 4,  // /probe: gauges of one probe
};

struct MetricRow {
  std::string_view name;
  MetricType type;
  std::string_view help;
  uint8_t uses;  // of RowUse
  // kVersion rows are called once for each version, kTarget rows once with kV2.
  RowScope scope;
  void (*emit)(const TargetView& view, ike::IkeVersion version, SampleSink* sink);
};

// The rows of probes and targets, then those of audits.
std::span<const MetricRow> ProbeRows();
std::span<const MetricRow> AuditRows();

// Emits the samples of `row` for one target, each version that is probed in turn.
void EmitRow(const MetricRow& row, const TargetView& view, SampleSink* sink);

// "1" or "2", the label `ike_version`.
constexpr std::string_view VersionLabel(ike::IkeVersion version) {
  return version == ike::IkeVersion::kV1 ? "1" : "2";
}

}  // namespace exporter
