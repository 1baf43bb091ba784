#include "exporter/reload.h"

#include <malloc.h>

#include <chrono>
#include <new>
#include <utility>

#include "exporter/engine/schedule.h"

namespace exporter {

ConfigReloader::ConfigReloader(std::vector<std::string> paths, Shard shard, Store* store,
                               EnginePool* engines)
    : paths_(std::move(paths)), shard_(shard), store_(store), engines_(engines) {}

tl::expected<void, std::string> ConfigReloader::Load() {
  std::lock_guard lock(mutex_);
  try {
    return LoadNow();
  } catch (const std::bad_alloc&) {
    successful_ = false;
    return tl::make_unexpected(paths_.front() + ": there is not enough memory for it");
  }
}

tl::expected<void, std::string> ConfigReloader::LoadNow() {
  auto loaded = config::Load(paths_);
  if (!loaded) {
    successful_ = false;
    std::string text;
    for (const config::ConfigError& error : loaded.error()) {
      if (!text.empty()) text += "\n";
      text += config::Format(error);
    }
    return tl::make_unexpected(text);
  }
  auto config = std::make_shared<const config::Config>(std::move(*loaded));
  auto table = store_->Apply(config, [this](std::string_view name) {
    return shard_.count == 1 || InShard(name, shard_.index, shard_.count);
  });
  if (on_new_table_) on_new_table_(*table);
  engines_->Apply(table);
  successful_ = true;
  success_at_ =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  // Loading a hundred thousand targets leaves as much freed memory behind; the system gets it back.
  malloc_trim(0);
  return {};
}

}  // namespace exporter
