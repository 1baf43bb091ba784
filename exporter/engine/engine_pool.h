// EnginePool: the engines of the process, one thread each, the targets dealt out by the hash of
// their host. Any thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/engine/engine.h"

namespace exporter {

class EnginePool {
 public:
  static tl::expected<std::unique_ptr<EnginePool>, std::string> Create(uint32_t threads,
                                                                       AuditJudge judge,
                                                                       ResultSink* results);

  ~EnginePool();

  void Start();
  void Stop(ike::Duration patience);
  void Apply(const std::shared_ptr<const TargetTable>& table);

  // The engine that probes `host`.
  Engine& For(std::string_view host);
  const std::vector<std::unique_ptr<Engine>>& engines() const { return engines_; }
  bool scheduled() const;

 private:
  explicit EnginePool(uint32_t threads) : limits_(threads) {}

  SharedLimits limits_;
  std::vector<std::unique_ptr<Engine>> engines_;
};

}  // namespace exporter
