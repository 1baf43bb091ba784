// ResultSink: where the results of scheduled probes and of audits of configured targets go.
// ResultPublisher: publishes each to its target and logs what changed. Called on the engines'
// threads, by several at a time.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "exporter/engine/probe_run.h"
#include "exporter/targets/store.h"
#include "probes/audit/audit_result.h"

namespace exporter {

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual void OnProbeResult(TargetEntry* entry, const ProbeResult& result) = 0;
  virtual void OnAuditResult(TargetEntry* entry,
                             const std::shared_ptr<const ike::AuditResult>& result) = 0;
};

class ResultPublisher final : public ResultSink {
 public:
  // `on_audit` hears that an audit's result has been published, which may have to be stored.
  explicit ResultPublisher(std::function<void()> on_audit = [] {})
      : on_audit_(std::move(on_audit)) {}

  void OnProbeResult(TargetEntry* entry, const ProbeResult& result) override;
  void OnAuditResult(TargetEntry* entry,
                     const std::shared_ptr<const ike::AuditResult>& result) override;

 private:
  const std::function<void()> on_audit_;
};

}  // namespace exporter
