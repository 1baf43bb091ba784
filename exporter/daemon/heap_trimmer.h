// HeapTrimmer: what the process no longer needs is the system's again, so that its size follows
// what it does now and not the most it ever did. The main thread's.
#pragma once

#include <chrono>
#include <cstdint>

#include "exporter/engine/engine_pool.h"

namespace exporter {

class HeapTrimmer {
 public:
  static constexpr std::chrono::seconds kInterval{60};

  // To be called once, before anything large is taken from the heap.
  static void SetUp();

  // `engines` outlive the keeper.
  explicit HeapTrimmer(const EnginePool* engines) : engines_(engines) {}

  // Gives back what engines have freed. To be called at least about as often as kInterval.
  void Trim();

 private:
  const EnginePool* const engines_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
  uint64_t given_back_ = 0;  // by the engines, at the last look
  int trims_left_ = 0;
};

}  // namespace exporter
