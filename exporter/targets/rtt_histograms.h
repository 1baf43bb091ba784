// RttHistograms: the RTTs of one target's probes, counted by bucket for each IKE version. Bounds
// and counts belong together from construction to destruction: other bounds are another object,
// which begins at 0. Read and written under its TargetEntry's lock.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "probes/target.h"

namespace exporter {

// Upper bounds in seconds, ascending; shared by all targets of a configuration. Null or empty: no
// histogram is wanted.
using RttBounds = std::shared_ptr<const std::vector<double>>;

class RttHistograms {
 public:
  // REQUIRES: at least one bound.
  explicit RttHistograms(RttBounds bounds)
      : bounds_(std::move(bounds)), counts_(2 * (bounds_->size() + 1)) {}

  const std::vector<double>& bounds() const { return *bounds_; }
  // One more than there are bounds, not cumulative: that is done at scrape time.
  std::span<const uint32_t> counts(ike::IkeVersion version) const {
    return std::span(counts_).subspan(First(version), bounds_->size() + 1);
  }
  double sum(ike::IkeVersion version) const { return sums_[Index(version)]; }

  void Count(ike::IkeVersion version, double rtt) {
    const auto bucket = std::ranges::lower_bound(*bounds_, rtt) - bounds_->begin();
    ++counts_[First(version) + static_cast<size_t>(bucket)];
    sums_[Index(version)] += rtt;
  }

  void Reset(ike::IkeVersion version) {
    std::ranges::fill(std::span(counts_).subspan(First(version), bounds_->size() + 1), 0u);
    sums_[Index(version)] = 0;
  }

 private:
  static size_t Index(ike::IkeVersion version) { return static_cast<size_t>(version) - 1; }
  size_t First(ike::IkeVersion version) const { return Index(version) * (bounds_->size() + 1); }

  RttBounds bounds_;
  std::vector<uint32_t> counts_;  // of IKEv1, then of IKEv2
  std::array<double, 2> sums_{};  // [version - 1]
};

}  // namespace exporter
