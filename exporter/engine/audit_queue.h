// AuditQueue: the audits of one engine, one per endpoint; a request for an endpoint that is being
// audited joins the running audit. Requests go before scheduled audits, which wait where they are
// scheduled until there is room for them; none is dropped. AuditJob is what the requester holds.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/audit_run.h"
#include "exporter/targets/store.h"

namespace exporter {

// One audit as its requesters see it. Any thread.
class AuditJob {
 public:
  uint32_t requests() const { return requests_.load(std::memory_order_relaxed); }
  uint32_t estimated_requests() const { return estimated_.load(std::memory_order_relaxed); }
  bool done() const;
  // Null until done.
  std::shared_ptr<const ike::AuditResult> result() const;
  void Wait() const;
  // Waits no longer than `limit`. Returns whether it is done.
  bool WaitFor(ike::Duration limit) const;

  void SetProgress(uint32_t requests, uint32_t estimated);
  void Finish(std::shared_ptr<const ike::AuditResult> result);

 private:
  std::atomic<uint32_t> requests_{0};
  std::atomic<uint32_t> estimated_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable finished_;
  std::shared_ptr<const ike::AuditResult> result_;  // guarded by mutex_
};
using AuditJobPtr = std::shared_ptr<AuditJob>;

struct AuditRequest {
  std::string host;        // as the requester named it
  ike::IpAddress address;  // none: `host` is resolved
  std::shared_ptr<const ike::ProbeSettings> settings;
  EntryPtr entry;  // of a configured target, whose state gets the result; may be null
};

// Turns what the run found into the judged result (probes/audit/audit_report.h). `error` is set
// instead of an outcome where the name did not resolve.
using AuditJudge = std::function<std::shared_ptr<const ike::AuditResult>(
    const AuditRequest& request, const AuditOutcome& outcome, const std::string& error)>;

class AuditQueue final : public AuditRun::Owner {
 public:
  // The scheduled audit that has been due for longest, and is not any more; none = no other is.
  using TakeDue = std::function<std::optional<AuditRequest>()>;

  static constexpr size_t kMaxRequested = 64;  // of those on request, at once
  // What BeginWaiting begins at most: audits of names that are known not to resolve end at once.
  static constexpr size_t kSlice = 64;

  AuditQueue(const Services* services, AuditJudge judge, TakeDue take_due);
  ~AuditQueue() override;

  // On the engine's thread, as all below. `job` waits for its turn, or joins the audit of the
  // endpoint.
  void Start(AuditRequest request, AuditJobPtr job);

  // Begins what waits and has room. Audits that end at once do not begin others, so that thousands
  // of them take no stack. Returns whether there is more to begin now.
  bool BeginWaiting();
  // How many scheduled audits may run at once.
  void set_max_scheduled(size_t count) { max_scheduled_ = count; }

  // Copies the progress of the running audits into their jobs.
  void UpdateProgress();

  size_t running() const { return running_.size(); }
  size_t waiting() const { return waiting_.size(); }  // on request

 private:
  struct EndpointAudit;  // one audit and what waits for it
  using EndpointAuditPtr = std::unique_ptr<EndpointAudit>;

  EndpointAudit* RunningFor(const AuditRequest& request) const;
  EndpointAuditPtr NextRequested();
  EndpointAuditPtr NextScheduled();
  void Begin(EndpointAudit* audit);
  void OnAddress(EndpointAudit* audit, const net::ResolveResult& result);
  void OnAuditDone(AuditRun* run, AuditOutcome outcome) override;
  void Conclude(EndpointAudit* audit, const AuditOutcome& outcome, const std::string& error);

  const Services* const services_;
  const AuditJudge judge_;
  const TakeDue take_due_;
  size_t max_scheduled_ = 64;
  size_t scheduled_ = 0;                  // of running_
  std::deque<EndpointAuditPtr> waiting_;  // on request
  std::vector<EndpointAuditPtr> running_;
};

}  // namespace exporter
