#include "exporter/engine/audit_desk.h"

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

struct AuditDesk::Desk {
  AuditRequest request;
  std::vector<AuditJobPtr> jobs;
  std::vector<EntryPtr> entries;  // configured targets that asked
  std::unique_ptr<AuditRun> run;
  net::Resolver::Ticket resolving = 0;

  // The same questions to the same endpoint, judged the same way. Who names no address takes the
  // one that the name stood for when the audit began.
  bool Serves(const AuditRequest& other) const {
    return request.host == other.host &&
           (other.address.empty() || request.address == other.address) &&
           (request.settings == other.settings || *request.settings == *other.settings);
  }

  // An audit may take longer than its target's interval: then the target asks again, and hears
  // once.
  void Join(const EntryPtr& entry, AuditJobPtr job) {
    jobs.push_back(std::move(job));
    if (entry && std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
  }
};

AuditDesk::AuditDesk(const Services* services, AuditJudge judge, AuditSink sink)
    : services_(services), judge_(std::move(judge)), sink_(std::move(sink)) {}

AuditDesk::~AuditDesk() {
  for (const auto& desk : running_) {
    if (desk->resolving != 0) services_->resolver->Cancel(desk->resolving);
  }
}

void AuditDesk::Start(AuditRequest request, AuditJobPtr job) {
  auto serves = [&](const std::unique_ptr<Desk>& desk) { return desk->Serves(request); };
  Desk* desk = nullptr;
  auto running = std::find_if(running_.begin(), running_.end(), serves);
  if (running != running_.end()) desk = running->get();
  auto waiting = std::find_if(waiting_.begin(), waiting_.end(), serves);
  if (desk == nullptr && waiting != waiting_.end()) desk = waiting->get();
  bool fresh = desk == nullptr;
  if (fresh) {
    if (waiting_.size() >= kMaxWaiting) {
      AuditOutcome none;
      none.reason = ike::Reason::kInternal;
      return job->Finish(judge_(request, none, "too many audits are waiting"));
    }
    waiting_.push_back(std::make_unique<Desk>());
    desk = waiting_.back().get();
    desk->request = request;
  }
  desk->Join(request.entry, std::move(job));
  if (fresh) StartNext();
}

void AuditDesk::StartNext() {
  while (!waiting_.empty() && running_.size() < kMaxRunning) {
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    Begin(running_.back().get());
  }
}

void AuditDesk::Begin(Desk* desk) {
  if (!desk->request.address.empty()) {
    return OnAddress(desk, net::Resolved{{desk->request.address}, {}});
  }
  auto ticket = services_->resolver->Resolve(
      desk->request.host, FamilyOf(desk->request.settings->family_to_probe()),
      [this, desk](const net::ResolveResult& result) { OnAddress(desk, result); });
  if (ticket != 0) desk->resolving = ticket;  // 0: answered already, and the desk may be gone
}

void AuditDesk::OnAddress(Desk* desk, const net::ResolveResult& result) {
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

void AuditDesk::OnAuditDone(AuditRun* run, AuditOutcome outcome) {
  auto desk = std::find_if(running_.begin(), running_.end(),
                           [run](const auto& candidate) { return candidate->run.get() == run; });
  if (desk != running_.end()) Conclude(desk->get(), outcome, {});
}

void AuditDesk::Conclude(Desk* desk, const AuditOutcome& outcome, const std::string& error) {
  auto place = std::find_if(running_.begin(), running_.end(),
                            [desk](const auto& candidate) { return candidate.get() == desk; });
  std::unique_ptr<Desk> ended = std::move(*place);
  running_.erase(place);
  std::shared_ptr<const ike::AuditResult> result = judge_(ended->request, outcome, error);
  for (const EntryPtr& entry : ended->entries) sink_(entry, result);
  for (const AuditJobPtr& job : ended->jobs) job->Finish(result);
  StartNext();
}

void AuditDesk::UpdateProgress() {
  for (const auto& desk : running_) {
    if (!desk->run) continue;
    for (const AuditJobPtr& job : desk->jobs) {
      job->SetProgress(desk->run->requests(), desk->run->estimated_requests());
    }
  }
}

}  // namespace exporter
