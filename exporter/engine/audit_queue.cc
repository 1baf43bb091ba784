#include "exporter/engine/audit_queue.h"

#include <algorithm>
#include <utility>

#include "exporter/engine/result_sink.h"

namespace exporter {

bool AuditJob::done() const { return result() != nullptr; }

std::shared_ptr<const ike::AuditResult> AuditJob::result() const {
  std::lock_guard lock(mutex_);
  return result_;
}

void AuditJob::Wait() const {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return result_ != nullptr; });
}

bool AuditJob::WaitFor(ike::Duration limit) const {
  std::unique_lock lock(mutex_);
  return finished_.wait_for(lock, limit, [this] { return result_ != nullptr; });
}

void AuditJob::SetProgress(uint32_t requests, uint32_t estimated) {
  requests_.store(requests, std::memory_order_relaxed);
  estimated_.store(estimated, std::memory_order_relaxed);
}

void AuditJob::Finish(std::shared_ptr<const ike::AuditResult> result) {
  {
    std::lock_guard lock(mutex_);
    result_ = std::move(result);
  }
  finished_.notify_all();
}

struct AuditQueue::EndpointAudit {
  AuditRequest request;
  bool scheduled = false;
  std::vector<AuditJobPtr> jobs;  // of requests
  std::vector<EntryPtr> entries;  // configured targets that asked
  std::unique_ptr<AuditRun> run;
  net::Resolver::LookupId resolving = 0;

  // The same questions to the same endpoint, judged the same way. A request without an address
  // takes the one that the name stood for when the audit began.
  bool Serves(const AuditRequest& other) const {
    return request.host == other.host &&
           (other.address.empty() || request.address == other.address) &&
           (request.settings == other.settings || *request.settings == *other.settings);
  }

  // An audit may take longer than its target's interval: then the target asks again, and hears
  // once.
  void Join(const EntryPtr& entry) {
    if (entry && std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
  }
};

AuditQueue::AuditQueue(const Services* services, AuditJudge judge, TakeDue take_due)
    : services_(services), judge_(std::move(judge)), take_due_(std::move(take_due)) {}

AuditQueue::~AuditQueue() {
  for (const EndpointAuditPtr& audit : running_) {
    if (audit->resolving != 0) services_->resolver->Cancel(audit->resolving);
  }
}

AuditQueue::EndpointAudit* AuditQueue::RunningFor(const AuditRequest& request) const {
  const auto found = std::ranges::find_if(
      running_, [&request](const EndpointAuditPtr& audit) { return audit->Serves(request); });
  return found == running_.end() ? nullptr : found->get();
}

void AuditQueue::Start(AuditRequest request, AuditJobPtr job) {
  EndpointAudit* audit = RunningFor(request);
  if (audit == nullptr) {
    const auto found = std::ranges::find_if(
        waiting_, [&request](const EndpointAuditPtr& waiting) { return waiting->Serves(request); });
    if (found == waiting_.end()) {
      waiting_.push_back(std::make_unique<EndpointAudit>());
      audit = waiting_.back().get();
      audit->request = request;
    } else {
      audit = found->get();
    }
  }
  audit->jobs.push_back(std::move(job));
  audit->Join(request.entry);
}

AuditQueue::EndpointAuditPtr AuditQueue::NextRequested() {
  if (waiting_.empty() || running_.size() - scheduled_ >= kMaxRequested) return nullptr;
  EndpointAuditPtr next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

AuditQueue::EndpointAuditPtr AuditQueue::NextScheduled() {
  while (scheduled_ < max_scheduled_) {
    std::optional<AuditRequest> due = take_due_();
    if (!due) return nullptr;
    if (EndpointAudit* running = RunningFor(*due)) {
      running->Join(due->entry);
      continue;
    }
    auto next = std::make_unique<EndpointAudit>();
    next->Join(due->entry);
    next->request = std::move(*due);
    next->scheduled = true;
    return next;
  }
  return nullptr;
}

bool AuditQueue::BeginWaiting() {
  for (size_t begun = 0; begun < kSlice; ++begun) {
    EndpointAuditPtr next = NextRequested();
    if (!next) next = NextScheduled();
    if (!next) return false;
    scheduled_ += next->scheduled ? 1 : 0;
    running_.push_back(std::move(next));
    Begin(running_.back().get());
  }
  return true;
}

void AuditQueue::Begin(EndpointAudit* audit) {
  if (!audit->request.address.empty()) {
    return OnAddress(audit, net::Resolved{{audit->request.address}, {}});
  }
  auto handle = services_->resolver->Resolve(
      audit->request.host, FamilyOf(audit->request.settings->family_to_probe()),
      [this, audit](const net::ResolveResult& result) { OnAddress(audit, result); });
  if (handle != 0) audit->resolving = handle;  // 0: answered already, and the audit may be gone
}

void AuditQueue::OnAddress(EndpointAudit* audit, const net::ResolveResult& result) {
  audit->resolving = 0;
  AuditOutcome unresolved;
  unresolved.reason = ike::Reason::kResolve;
  if (!result) return Conclude(audit, unresolved, result.error().text);
  AuditOrder order;
  order.address = net::ChooseAddress(services_->routes, services_->now(), result->addresses);
  if (order.address.empty()) {
    return Conclude(audit, unresolved, audit->request.host + ": " + net::kNoHost);
  }
  order.settings = audit->request.settings;
  audit->request.address = order.address;
  audit->run = std::make_unique<AuditRun>(services_, std::move(order), this);
  audit->run->Begin();
}

void AuditQueue::OnAuditDone(AuditRun* run, AuditOutcome outcome) {
  auto audit = std::find_if(running_.begin(), running_.end(),
                            [run](const auto& candidate) { return candidate->run.get() == run; });
  if (audit != running_.end()) Conclude(audit->get(), outcome, {});
}

void AuditQueue::Conclude(EndpointAudit* audit, const AuditOutcome& outcome,
                          const std::string& error) {
  auto place = std::find_if(running_.begin(), running_.end(),
                            [audit](const auto& candidate) { return candidate.get() == audit; });
  EndpointAuditPtr ended = std::move(*place);
  running_.erase(place);
  scheduled_ -= ended->scheduled ? 1 : 0;
  std::shared_ptr<const ike::AuditResult> result = judge_(ended->request, outcome, error);
  for (const EntryPtr& entry : ended->entries) {
    services_->results->OnAuditResult(entry.get(), result);
  }
  for (const AuditJobPtr& job : ended->jobs) job->Finish(result);
}

void AuditQueue::UpdateProgress() {
  for (const auto& audit : running_) {
    if (!audit->run) continue;
    for (const AuditJobPtr& job : audit->jobs) {
      job->SetProgress(audit->run->requests(), audit->run->estimated_requests());
    }
  }
}

}  // namespace exporter
