// ProbeHistory: the recent past of one target in bounded space. Every probe for half an hour or so,
// failures much longer: those that follow one another for the same reason are one entry, and how
// long it was up. Written and read under its TargetEntry's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "exporter/base/trace.h"
#include "exporter/targets/uptime.h"
#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"

namespace exporter {

struct ProbeRecord {
  double at = 0;          // Unix time
  float rtt_seconds = 0;  // 0 = no sample
  ike::IkeVersion version = ike::IkeVersion::kV2;
  ike::Reason reason = ike::Reason::kNone;
  bool up = false;
  bool negotiated = false;
};

// Probes of one version that failed one after the other for one reason.
struct FailureRun {
  double first_at = 0;  // Unix time
  double last_at = 0;
  uint32_t count = 0;
  ike::IkeVersion version = ike::IkeVersion::kV2;
  ike::Reason reason = ike::Reason::kNone;
  bool up = false;  // it was answered nevertheless
};

// What was said in one probe.
struct KeptExchange {
  double at = 0;  // Unix time; 0 = none yet
  ike::IpAddress address;
  std::shared_ptr<const Trace> trace;
  // Of an answer of Aggressive Mode, whose bytes are never kept, and of a REDIRECT; else null.
  std::shared_ptr<const ike::AnswerDetails> details;
  uint16_t quirks = 0;  // bits of ike::Quirk
};

class ProbeHistory {
 public:
  static constexpr size_t kRecent = 120;
  static constexpr size_t kFailureRuns = 16;  // of each version

  void Add(const ProbeRecord& record);
  // `full_opening`: the target's own proposals, which tell more than what keeps liveness up to
  // date.
  void Keep(ike::IkeVersion version, bool full_opening, KeptExchange exchange);

  Uptime& uptime() { return uptime_; }
  const Uptime& uptime() const { return uptime_; }

  // Oldest first.
  std::vector<ProbeRecord> Recent() const;
  // In the order of their last failure, the oldest first.
  std::vector<FailureRun> Failures() const;
  const KeptExchange& last(ike::IkeVersion version) const { return last_[Index(version)]; }
  const KeptExchange& last_full(ike::IkeVersion version) const {
    return last_full_[Index(version)];
  }
  // Of both.
  uint16_t quirks(ike::IkeVersion version) const {
    return static_cast<uint16_t>(last(version).quirks | last_full(version).quirks);
  }

 private:
  struct Runs {
    std::array<FailureRun, kFailureRuns> ring{};
    size_t count = 0;
    bool open = false;  // the newest goes on
  };
  static size_t Index(ike::IkeVersion version) { return static_cast<size_t>(version) - 1; }

  std::array<ProbeRecord, kRecent> recent_{};
  size_t recent_count_ = 0;
  std::array<Runs, 2> failures_;  // [version - 1]
  std::array<KeptExchange, 2> last_;
  std::array<KeptExchange, 2> last_full_;
  Uptime uptime_;
};

}  // namespace exporter
