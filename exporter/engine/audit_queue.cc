#include "exporter/engine/audit_queue.h"

#include <algorithm>
#include <utility>

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

struct AuditQueue::Desk {
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

AuditQueue::AuditQueue(const Services* services, AuditJudge judge, AuditSink sink, TakeDue take_due)
    : services_(services),
      judge_(std::move(judge)),
      sink_(std::move(sink)),
      take_due_(std::move(take_due)) {}

AuditQueue::~AuditQueue() {
  for (const DeskPtr& desk : running_) {
    if (desk->resolving != 0) services_->resolver->Cancel(desk->resolving);
  }
}

AuditQueue::Desk* AuditQueue::RunningFor(const AuditRequest& request) const {
  const auto found = std::ranges::find_if(
      running_, [&request](const DeskPtr& desk) { return desk->Serves(request); });
  return found == running_.end() ? nullptr : found->get();
}

void AuditQueue::Start(AuditRequest request, AuditJobPtr job) {
  Desk* desk = RunningFor(request);
  if (desk == nullptr) {
    const auto found = std::ranges::find_if(
        waiting_, [&request](const DeskPtr& waiting) { return waiting->Serves(request); });
    if (found == waiting_.end()) {
      waiting_.push_back(std::make_unique<Desk>());
      desk = waiting_.back().get();
      desk->request = request;
    } else {
      desk = found->get();
    }
  }
  desk->jobs.push_back(std::move(job));
  desk->Join(request.entry);
}

AuditQueue::DeskPtr AuditQueue::NextRequested() {
  if (waiting_.empty() || running_.size() - scheduled_ >= kMaxRequested) return nullptr;
  DeskPtr next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

AuditQueue::DeskPtr AuditQueue::NextScheduled() {
  while (scheduled_ < max_scheduled_) {
    std::optional<AuditRequest> due = take_due_();
    if (!due) return nullptr;
    if (Desk* running = RunningFor(*due)) {
      running->Join(due->entry);
      continue;
    }
    auto next = std::make_unique<Desk>();
    next->Join(due->entry);
    next->request = std::move(*due);
    next->scheduled = true;
    return next;
  }
  return nullptr;
}

bool AuditQueue::BeginWaiting() {
  for (size_t begun = 0; begun < kSlice; ++begun) {
    DeskPtr next = NextRequested();
    if (!next) next = NextScheduled();
    if (!next) return false;
    scheduled_ += next->scheduled ? 1 : 0;
    running_.push_back(std::move(next));
    Begin(running_.back().get());
  }
  return true;
}

void AuditQueue::Begin(Desk* desk) {
  if (!desk->request.address.empty()) {
    return OnAddress(desk, net::Resolved{{desk->request.address}, {}});
  }
  auto handle = services_->resolver->Resolve(
      desk->request.host, FamilyOf(desk->request.settings->family_to_probe()),
      [this, desk](const net::ResolveResult& result) { OnAddress(desk, result); });
  if (handle != 0) desk->resolving = handle;  // 0: answered already, and the desk may be gone
}

void AuditQueue::OnAddress(Desk* desk, const net::ResolveResult& result) {
  desk->resolving = 0;
  AuditOutcome unresolved;
  unresolved.reason = ike::Reason::kResolve;
  if (!result) return Conclude(desk, unresolved, result.error().text);
  AuditOrder order;
  order.address = net::ChooseAddress(services_->routes, services_->now(), result->addresses);
  if (order.address.empty()) {
    return Conclude(desk, unresolved, desk->request.host + ": " + net::kNoHost);
  }
  order.settings = desk->request.settings;
  desk->request.address = order.address;
  desk->run = std::make_unique<AuditRun>(services_, std::move(order), this);
  desk->run->Begin();
}

void AuditQueue::OnAuditDone(AuditRun* run, AuditOutcome outcome) {
  auto desk = std::find_if(running_.begin(), running_.end(),
                           [run](const auto& candidate) { return candidate->run.get() == run; });
  if (desk != running_.end()) Conclude(desk->get(), outcome, {});
}

void AuditQueue::Conclude(Desk* desk, const AuditOutcome& outcome, const std::string& error) {
  auto place = std::find_if(running_.begin(), running_.end(),
                            [desk](const auto& candidate) { return candidate.get() == desk; });
  DeskPtr ended = std::move(*place);
  running_.erase(place);
  scheduled_ -= ended->scheduled ? 1 : 0;
  std::shared_ptr<const ike::AuditResult> result = judge_(ended->request, outcome, error);
  for (const EntryPtr& entry : ended->entries) sink_(entry, result);
  for (const AuditJobPtr& job : ended->jobs) job->Finish(result);
}

void AuditQueue::UpdateProgress() {
  for (const auto& desk : running_) {
    if (!desk->run) continue;
    for (const AuditJobPtr& job : desk->jobs) {
      job->SetProgress(desk->run->requests(), desk->run->estimated_requests());
    }
  }
}

}  // namespace exporter
