// ConfigReloader: loads the configuration at start and on demand, hands the new table to the engines,
// and keeps what /metrics says of it. A configuration that fails to load leaves the running one
// untouched. Any thread; reloads are serialised.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <tl/expected.hpp>

#include "config/load.h"
#include "exporter/engine/engine_pool.h"
#include "exporter/engine_shard.h"
#include "exporter/store.h"

namespace exporter {

class ConfigReloader {
 public:
  // All outlive the reloader.
  ConfigReloader(std::string path, Shard shard, Store* store, EnginePool* engines);

  // The errors are one line each.
  tl::expected<void, std::string> Load();

  bool last_successful() const { return successful_.load(std::memory_order_relaxed); }
  double last_success_at() const { return success_at_.load(std::memory_order_relaxed); }
  bool loaded() const { return last_success_at() > 0; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const Shard shard_;
  Store* const store_;
  EnginePool* const engines_;
  std::mutex mutex_;
  std::atomic<bool> successful_{false};
  std::atomic<double> success_at_{0};
};

}  // namespace exporter
