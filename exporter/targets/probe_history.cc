#include "exporter/targets/probe_history.h"

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

template <typename Item, size_t N>
void AppendRing(const std::array<Item, N>& ring, size_t count, std::vector<Item>* out) {
  for (size_t i = count > N ? count - N : 0; i < count; ++i) out->push_back(ring[i % N]);
}

}  // namespace

void ProbeHistory::Add(const ProbeRecord& record) {
  recent_[recent_count_++ % kRecent] = record;
  Runs& runs = failures_[Index(record.version)];
  if (record.reason == ike::Reason::kNone) {
    runs.open = false;
    return;
  }
  FailureRun* newest = &runs.ring[(runs.count + kFailureRuns - 1) % kFailureRuns];
  if (!runs.open || newest->reason != record.reason || newest->up != record.up) {
    newest = &runs.ring[runs.count++ % kFailureRuns];
    *newest = {record.at, record.at, 0, record.version, record.reason, record.up};
    runs.open = true;
  }
  newest->last_at = record.at;
  ++newest->count;
}

void ProbeHistory::Keep(ike::IkeVersion version, bool full_opening, KeptExchange exchange) {
  if (full_opening) last_full_[Index(version)] = exchange;
  last_[Index(version)] = std::move(exchange);
}

std::vector<ProbeRecord> ProbeHistory::Recent() const {
  std::vector<ProbeRecord> recent;
  AppendRing(recent_, recent_count_, &recent);
  return recent;
}

std::vector<FailureRun> ProbeHistory::Failures() const {
  std::vector<FailureRun> all;
  for (const Runs& runs : failures_) AppendRing(runs.ring, runs.count, &all);
  std::ranges::stable_sort(all, {}, &FailureRun::last_at);
  return all;
}

}  // namespace exporter
