// RecentProbes: the probes of /probe that are still to be looked at: the newest, and of those
// before them the ones that failed. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "exporter/web/kept_probe.h"

namespace exporter {

using KeptProbePtr = std::shared_ptr<const KeptProbe>;

class RecentProbes {
 public:
  // `limit` of the newest and as many failures before them; 0 = none is kept.
  explicit RecentProbes(size_t limit) : limit_(limit) {}

  bool keeps() const { return limit_ > 0; }
  void Add(KeptProbe probe);

  // The newest first.
  std::vector<KeptProbePtr> All() const;
  // Null where it is not kept (any more).
  KeptProbePtr Find(uint64_t id) const;
  // The newest of that target and module.
  KeptProbePtr Find(std::string_view target, std::string_view module) const;

 private:
  const size_t limit_;
  mutable std::mutex mutex_;
  uint64_t last_id_ = 0;               // protected by mutex_, as is all below
  std::deque<KeptProbePtr> newest_;    // the oldest first
  std::deque<KeptProbePtr> failures_;  // all older than those
};

}  // namespace exporter
