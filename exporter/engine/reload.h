// ConfigReloader: loads the configuration at start and on demand, hands the new table to the
// engines, and keeps what /metrics says of it. A configuration that fails to load leaves the
// running one untouched. Any thread; reloads are serialised.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "config/load.h"
#include "exporter/engine/engine_pool.h"
#include "exporter/engine/engine_shard.h"
#include "exporter/targets/store.h"

namespace exporter {

class ConfigReloader {
 public:
  // All outlive the reloader. `paths` as config::Load takes them.
  ConfigReloader(std::vector<std::string> paths, Shard shard, Store* store, EnginePool* engines);

  // Called by Load with every new table before the engines get it, so that what is known of its
  // targets already counts when they are scheduled. Set before the first Load.
  using TableHook = std::function<void(const TargetTable& table)>;
  void OnNewTable(TableHook hook) { on_new_table_ = std::move(hook); }

  // The errors are one line each. Where the memory does not suffice, that is the error.
  tl::expected<void, std::string> Load();

  bool last_successful() const { return successful_.load(std::memory_order_relaxed); }
  double last_success_at() const { return success_at_.load(std::memory_order_relaxed); }
  bool loaded() const { return last_success_at() > 0; }

 private:
  tl::expected<void, std::string> LoadNow();

  const std::vector<std::string> paths_;
  const Shard shard_;
  Store* const store_;
  EnginePool* const engines_;
  TableHook on_new_table_;
  std::mutex mutex_;
  std::atomic<bool> successful_{false};
  std::atomic<double> success_at_{0};
};

}  // namespace exporter
