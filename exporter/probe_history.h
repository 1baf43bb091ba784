// ProbeHistory: the recent past of one target in bounded space, failures kept longer than
// successes. Written and read under its TargetEntry's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "probes/outcome.h"

namespace exporter {

struct ProbeRecord {
  double at = 0;          // Unix time
  float rtt_seconds = 0;  // 0 = no sample
  ike::IkeVersion version = ike::IkeVersion::kV2;
  ike::Reason reason = ike::Reason::kNone;
  bool up = false;
  bool negotiated = false;
};

class ProbeHistory {
 public:
  static constexpr size_t kRecent = 64;
  static constexpr size_t kFailures = 32;

  void Add(const ProbeRecord& record);
  // Oldest first; failures older than the recent ones come before them.
  std::vector<ProbeRecord> All() const;

  // The last answer of each version, for the target's page; null = none yet.
  std::array<std::shared_ptr<const ike::AnswerDetails>, 2> last_answer;

 private:
  std::array<ProbeRecord, kRecent> recent_{};
  std::array<ProbeRecord, kFailures> failures_{};
  size_t recent_count_ = 0;
  size_t failure_count_ = 0;
};

}  // namespace exporter
