#include "exporter/web/recent_probes.h"

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

template <typename Matches>
KeptProbePtr FindIn(const std::vector<KeptProbePtr>& probes, Matches matches) {
  auto found = std::ranges::find_if(probes, matches);
  return found == probes.end() ? nullptr : *found;
}

}  // namespace

void RecentProbes::Add(KeptProbe probe) {
  if (!keeps()) return;
  std::lock_guard lock(mutex_);
  probe.id = ++last_id_;
  newest_.push_back(std::make_shared<const KeptProbe>(std::move(probe)));
  if (newest_.size() <= limit_) return;
  KeptProbePtr oldest = std::move(newest_.front());
  newest_.pop_front();
  if (oldest->success) return;
  failures_.push_back(std::move(oldest));
  if (failures_.size() > limit_) failures_.pop_front();
}

std::vector<KeptProbePtr> RecentProbes::All() const {
  std::lock_guard lock(mutex_);
  std::vector<KeptProbePtr> all(newest_.rbegin(), newest_.rend());
  all.insert(all.end(), failures_.rbegin(), failures_.rend());
  return all;
}

KeptProbePtr RecentProbes::Find(uint64_t id) const {
  return FindIn(All(), [id](const KeptProbePtr& probe) { return probe->id == id; });
}

KeptProbePtr RecentProbes::Find(std::string_view target, std::string_view module) const {
  return FindIn(All(), [&](const KeptProbePtr& probe) {
    return probe->target == target && probe->module == module;
  });
}

}  // namespace exporter
