#include "exporter/probe_history.h"

#include <algorithm>

namespace exporter {
namespace {

template <size_t N>
void AppendRing(const std::array<ProbeRecord, N>& ring, size_t count,
                std::vector<ProbeRecord>* out) {
  for (size_t i = count > N ? count - N : 0; i < count; ++i) out->push_back(ring[i % N]);
}

}  // namespace

void ProbeHistory::Add(const ProbeRecord& record) {
  recent_[recent_count_++ % kRecent] = record;
  if (!record.up) failures_[failure_count_++ % kFailures] = record;
}

std::vector<ProbeRecord> ProbeHistory::All() const {
  std::vector<ProbeRecord> recent;
  AppendRing(recent_, recent_count_, &recent);
  std::vector<ProbeRecord> all;
  AppendRing(failures_, failure_count_, &all);
  if (!recent.empty()) {
    double oldest = recent.front().at;
    std::erase_if(all, [oldest](const ProbeRecord& failure) { return failure.at >= oldest; });
  }
  all.insert(all.end(), recent.begin(), recent.end());
  return all;
}

}  // namespace exporter
