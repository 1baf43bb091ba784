// Engine: one event loop on one thread that does all probing of its share of the targets: scheduled
// probes, probes on request and audits. Create and destroy on any thread; between Start and Stop
// every public function may be called from any thread, and callbacks run on the engine's.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/engine/audit_queue.h"
#include "exporter/engine/engine_stats.h"
#include "exporter/engine/probe_run.h"
#include "exporter/engine/scheduler.h"
#include "exporter/limits/shared_limits.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/resolver.h"
#include "exporter/net/route.h"
#include "exporter/transport/exchange_runner.h"

namespace exporter {

struct EngineOptions {
  uint32_t index = 0;  // of `count` engines
  uint32_t count = 1;
  SharedLimits* limits = nullptr;  // of all engines; outlives them
  AuditJudge judge;
  ResultSink* results = nullptr;  // outlives them
  net::ResolverOptions resolver;
};

// A probe on request. `addresses` were checked by the caller; none = `host` is resolved.
struct ProbeRequest {
  std::string host;
  std::vector<ike::IpAddress> addresses;
  std::shared_ptr<const ike::ProbeSettings> settings;
  ike::IkeVersion version = ike::IkeVersion::kV2;
  ike::Duration timeout{};
  bool need_suite = false;
  bool trace = false;
};

class Engine final : private net::Ticker {
 public:
  static tl::expected<std::unique_ptr<Engine>, std::string> Create(EngineOptions options);
  ~Engine() override;

  void Start();
  // Schedules nothing any more and waits for what is in flight, no longer than `patience`.
  void Stop(ike::Duration patience);

  void Apply(std::shared_ptr<const TargetTable> table);
  void Resolve(std::string host, ike::AddressFamily family, net::Resolver::Callback callback);
  void Probe(ProbeRequest request, std::function<void(ProbeResult)> callback);
  AuditJobPtr Audit(AuditRequest request);

  // Whether the targets on `host` are this engine's.
  bool Owns(std::string_view host) const;
  const EngineStats& stats() const { return stats_; }
  // Scheduled at least once: what /-/ready waits for.
  bool scheduled() const { return scheduled_.load(std::memory_order_acquire); }

 private:
  class RequestedProbe;

  Engine(EngineOptions options, std::unique_ptr<net::EventLoop> loop);
  void BeforeTimers(ike::TimePoint now) override { runner_.Read(now); }
  ike::TimePoint OnTick(ike::TimePoint now) override;
  std::optional<AuditRequest> TakeDueAudit();
  void PublishStats();
  void Trim(ike::TimePoint now);
  void CheckDrained(ike::TimePoint now);
  double UnixTime();

  const EngineOptions options_;
  EngineStats stats_;
  std::unique_ptr<net::EventLoop> loop_;
  // The engine's thread only, from here.
  std::unique_ptr<net::Resolver> resolver_;
  net::RouteCache routes_;
  ExchangeRunner runner_;
  Services services_;
  OpeningCache openings_;
  AuditQueue audits_;
  Scheduler scheduler_;
  std::vector<std::unique_ptr<RequestedProbe>> requested_;
  std::vector<std::unique_ptr<RequestedProbe>> ended_;
  ike::TimePoint unix_read_at_{};
  double unix_time_ = 0;
  ike::TimePoint next_progress_{};
  ike::TimePoint next_period_{};
  ike::TimePoint drain_until_{};
  bool draining_ = false;
  std::atomic<bool> scheduled_{false};
  std::thread thread_;
};

}  // namespace exporter
