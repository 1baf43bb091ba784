#include "exporter/engine/engine_pool.h"

#include <algorithm>
#include <utility>

namespace exporter {

tl::expected<std::unique_ptr<EnginePool>, std::string> EnginePool::Create(uint32_t threads,
                                                                          AuditJudge judge,
                                                                          ResultSink* results) {
  std::unique_ptr<EnginePool> pool(new EnginePool(threads));
  for (uint32_t index = 0; index < threads; ++index) {
    EngineOptions options;
    options.index = index;
    options.count = threads;
    options.limits = &pool->limits_;
    options.judge = judge;
    options.results = results;
    auto engine = Engine::Create(std::move(options));
    if (!engine) return tl::make_unexpected(engine.error());
    pool->engines_.push_back(std::move(*engine));
  }
  return pool;
}

// All have to stand still before the first goes: they let each other's openings through.
EnginePool::~EnginePool() { Stop(ike::Duration::zero()); }

void EnginePool::Start() {
  for (auto& engine : engines_) engine->Start();
}

void EnginePool::Stop(ike::Duration patience) {
  for (auto& engine : engines_) engine->Stop(patience);
}

void EnginePool::Apply(const std::shared_ptr<const TargetTable>& table) {
  for (auto& engine : engines_) engine->Apply(table);
}

Engine& EnginePool::For(std::string_view host) {
  auto owner = std::find_if(engines_.begin(), engines_.end(),
                            [host](const auto& engine) { return engine->Owns(host); });
  return **owner;
}

bool EnginePool::scheduled() const {
  return std::all_of(engines_.begin(), engines_.end(),
                     [](const auto& engine) { return engine->scheduled(); });
}

}  // namespace exporter
