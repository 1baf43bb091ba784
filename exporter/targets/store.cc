#include "exporter/targets/store.h"

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

struct NameIn {
  const config::Config* config;

  std::string_view operator()(TargetTable::Name name) const {
    return config->targets[name.target].name;
  }
};

}  // namespace

bool SameTarget(const ike::Target& a, const ike::Target& b) {
  return a.name == b.name && a.host == b.host && a.settings->port == b.settings->port &&
         a.settings->transport == b.settings->transport;
}

EntryPtr TargetTable::Find(std::string_view name) const {
  const NameIn name_in{config.get()};
  const auto found = std::ranges::lower_bound(by_name, name, {}, name_in);
  return found != by_name.end() && name_in(*found) == name ? entries[found->entry] : nullptr;
}

Store::Store() : table_(std::make_shared<TargetTable>()) {}

std::shared_ptr<const TargetTable> Store::table() const {
  std::lock_guard lock(mutex_);
  return table_;
}

std::shared_ptr<const TargetTable> Store::Apply(
    std::shared_ptr<const config::Config> config,
    const std::function<bool(std::string_view)>& in_shard) {
  std::shared_ptr<const TargetTable> old = table();
  bool history = config->metrics.detail == config::MetricsDetail::kFull;
  auto rtt_bounds = std::make_shared<const std::vector<double>>(config->metrics.rtt_buckets);
  auto fresh = std::make_shared<TargetTable>();
  fresh->entries.reserve(config->targets.size());
  fresh->by_name.reserve(config->targets.size());
  for (const ike::Target& target : config->targets) {
    if (!in_shard(target.name)) continue;
    TargetPtr shared(config, &target);
    EntryPtr entry = old->Find(target.name);
    if (entry && SameTarget(*entry->target(), target)) {
      entry->SetTarget(std::move(shared), history, rtt_bounds);
    } else {
      entry = std::make_shared<TargetEntry>(std::move(shared), history, rtt_bounds);
    }
    fresh->by_name.push_back({static_cast<uint32_t>(&target - config->targets.data()),
                              static_cast<uint32_t>(fresh->entries.size())});
    fresh->entries.push_back(std::move(entry));
  }
  fresh->config = std::move(config);
  std::ranges::sort(fresh->by_name, {}, NameIn{fresh->config.get()});
  std::lock_guard lock(mutex_);
  table_ = fresh;
  return fresh;
}

}  // namespace exporter
