#include "exporter/engine/reload.h"

#include <malloc.h>

#include <chrono>
#include <new>
#include <thread>
#include <utility>

#include "exporter/base/unix_time.h"
#include "exporter/engine/schedule.h"

namespace exporter {
namespace {

// How long a table that was replaced is waited for: engines take over a hundred thousand targets
// well within a second; a scrape, or the audit of a target that is gone, may hold it for longer.
constexpr auto kRetirePatience = std::chrono::seconds(2);
constexpr auto kRetirePoll = std::chrono::milliseconds(5);

// Waits until nobody else holds `old` or a target of its configuration, so that they are taken
// apart here: for a hundred thousand targets that takes long enough to be seen in the probing. What
// they and the loading of their successor leave behind as freed memory, the system gets back.
void Retire(std::shared_ptr<const TargetTable> old) {
  const auto latest = std::chrono::steady_clock::now() + kRetirePatience;
  while ((old.use_count() > 1 || old->config.use_count() > 1) &&
         std::chrono::steady_clock::now() < latest) {
    std::this_thread::sleep_for(kRetirePoll);
  }
  old.reset();
  malloc_trim(0);
}

}  // namespace

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
  std::shared_ptr<const TargetTable> old = store_->table();
  auto table = store_->Apply(std::move(config), [this](std::string_view name) {
    return shard_.count == 1 || InShard(name, shard_.index, shard_.count);
  });
  if (on_new_table_) on_new_table_(*table);
  engines_->Apply(table);
  successful_ = true;
  success_at_ = UnixNow();
  Retire(std::move(old));
  return {};
}

}  // namespace exporter
