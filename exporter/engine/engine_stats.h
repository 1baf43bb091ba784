// EngineStats: what the engine counts about itself, for the `ike_exporter_*` metrics. Written by
// the engine's thread, read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "exporter/limits/pace.h"

namespace exporter {

// Why a scheduled probe did not take place; the label `reason` of
// ike_exporter_probes_skipped_total.
enum class Skip : uint8_t {
  kInFlight,  // the one before had not ended
  kLate,      // the schedule had fallen behind by more than an interval
  kBudget,    // the half-open budget allowed no opening
};
inline constexpr std::array<const char*, 3> kSkipNames = {"in_flight", "late", "budget"};

// Upper bounds in seconds of ike_exporter_schedule_lag_seconds.
inline constexpr std::array<double, 10> kLagBounds = {0.001, 0.002, 0.005, 0.01, 0.025,
                                                      0.05,  0.1,   0.25,  1,    10};

struct EngineStats {
  std::array<std::atomic<uint64_t>, 3> skipped{};
  std::array<std::atomic<uint64_t>, kLagBounds.size() + 1> lag_counts{};
  std::atomic<uint64_t> lag_sum_ns{0};
  std::atomic<uint64_t> in_flight{0};
  std::atomic<uint64_t> audits_running{0};
  std::atomic<uint64_t> audits_waiting{0};
  std::atomic<uint64_t> turns{0};  // of its loop: at least one a second while it is alive
  std::atomic<uint64_t> unmatched_packets{0};
  std::atomic<uint64_t> dropped_packets{0};  // by the kernel: the receive buffer was full
  std::array<std::atomic<uint64_t>, kPaceNames.size()> delayed_packets{};
  std::atomic<uint64_t> given_back{0};  // objects that were kept for busier moments

  void CountSkip(Skip why, uint64_t count = 1) {
    skipped[static_cast<size_t>(why)].fetch_add(count, std::memory_order_relaxed);
  }
  void CountLag(uint64_t lag_ns) {
    double seconds = static_cast<double>(lag_ns) * 1e-9;
    size_t bucket = 0;
    while (bucket < kLagBounds.size() && seconds > kLagBounds[bucket]) ++bucket;
    Add(1, &lag_counts[bucket]);
    Add(lag_ns, &lag_sum_ns);
  }

 private:
  // There is one writer.
  static void Add(uint64_t value, std::atomic<uint64_t>* sum) {
    sum->store(sum->load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
};

}  // namespace exporter
