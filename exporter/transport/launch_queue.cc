#include "exporter/transport/launch_queue.h"

#include <algorithm>
#include <optional>

#include "exporter/net/route.h"
#include "probes/base/prefetch.h"

namespace exporter {
namespace {

// An opening waits until the address has owed an answer for this long, or for a quarter of its own
// time; and for half of its own time where the others are answered one after the other.
constexpr ike::Duration kAddressPatience = std::chrono::seconds(1);

// A daemon answers before it forgets what it refused.
constexpr ike::Duration kAddressPause = std::chrono::milliseconds(20);

// How many launches ahead the memory of one is asked for.
constexpr size_t kAhead = 3;

ike::Duration PatienceOf(const ExchangeJob& job) {
  return std::min(kAddressPatience, job.timeout / 4);
}

// Many others were started since those that wait. What is nearer reads what was asked for before.
void PrefetchLaunches(const RingQueue<InFlightExchange*>& launches) {
  if (launches.size() > 2 * kAhead) ike::Prefetch(launches[2 * kAhead], sizeof *launches[0]);
  if (launches.size() <= kAhead) return;
  const InFlightExchange& next = *launches[kAhead];
  next.exchange.Prefetch();
  ike::Prefetch(next.job.route, sizeof *next.job.route);
}

}  // namespace

LaunchQueue::LaunchQueue(net::EventLoop* loop, SharedLimits* limits, PacketPacer* pacer,
                         const HandleTable<InFlightExchange>* flights)
    : loop_(loop), limits_(limits), pacer_(pacer), flights_(flights) {}

void LaunchQueue::Enter(InFlightExchange* flight) {
  if (limits_->addresses.Enter(flight, flight->job.remote.address, flight->handle(),
                               flight->started)) {
    return AwaitNetwork(flight);
  }
  flight->progress.phase = Phase::kAwaitsAddress;
  loop_->timers()->Arm(flight, flight->started + PatienceOf(flight->job));
}

void LaunchQueue::OnTimer(InFlightExchange* flight, ike::TimePoint now) {
  if (flight->progress.phase == Phase::kAwaitsNetwork) return Queue(flight);
  // It has been let through, or has waited for long.
  const ike::TimePoint latest = flight->started + flight->job.timeout / 2;
  const ike::Duration patience = PatienceOf(flight->job);
  const auto silent = limits_->addresses.Overtake(flight, now >= latest ? now : now - patience);
  if (!silent) return AwaitNetwork(flight);
  loop_->timers()->Arm(flight, std::min(latest, *silent + patience));
}

void LaunchQueue::Leave(InFlightExchange* flight) {
  std::optional<ike::TimePoint> answered;
  if (flight->answered()) answered = loop_->now();
  const PerAddressQueue::Turn next = limits_->addresses.Leave(flight, answered);
  if (next.node == nullptr) return;
  // Of another thread's exchange nothing is ours to touch but what never changes.
  LaunchQueue* owner = static_cast<InFlightExchange*>(next.node)->queue();
  if (owner == this) return OnAdmitted(next.tag);
  owner->loop_->Post([owner, handle = next.tag] { owner->OnAdmitted(handle); });
}

void LaunchQueue::OnAdmitted(ExchangeHandle handle) {
  InFlightExchange* flight = flights_->Find(handle);
  if (flight == nullptr || flight->progress.phase != Phase::kAwaitsAddress) return;
  loop_->timers()->Arm(flight, loop_->now() + kAddressPause);
}

void LaunchQueue::AwaitNetwork(InFlightExchange* flight) {
  const ike::TimePoint now = loop_->now();
  flight->queued_at = now;
  const ike::TimePoint turn = limits_->networks.Take(flight->job.remote.address, now);
  if (turn <= now) return Queue(flight);
  ++delayed_[static_cast<size_t>(Pace::kNetwork)];
  flight->progress.phase = Phase::kAwaitsNetwork;
  loop_->timers()->Arm(flight, turn);
}

void LaunchQueue::Queue(InFlightExchange* flight) {
  flight->progress.phase = Phase::kQueued;
  launches_.push_back(flight);
}

InFlightExchange* LaunchQueue::NextLaunch() {
  if (launches_.empty() || !pacer_->MaySend()) return nullptr;
  PrefetchLaunches(launches_);
  InFlightExchange* flight = launches_.front();
  launches_.pop_front();
  counted_ -= std::min<size_t>(counted_, 1);
  return flight;
}

InFlightExchange* LaunchQueue::NextRetransmission() {
  while (!retransmissions_.empty() && pacer_->MaySend()) {
    InFlightExchange* flight = flights_->Find(retransmissions_.front());
    retransmissions_.pop_front();
    // It may have been answered since, or its time may be up.
    if (flight != nullptr && !flight->over() && flight->progress.repeats) return flight;
  }
  return nullptr;
}

bool LaunchQueue::MayRepeat(InFlightExchange* flight, ike::TimePoint now) {
  if (!flight->progress.repeats) {
    flight->progress.repeats = true;
    const ike::TimePoint turn = limits_->networks.Take(flight->job.remote.address, now);
    if (turn > now) {
      ++delayed_[static_cast<size_t>(Pace::kNetwork)];
      loop_->timers()->Arm(flight, std::min(turn, flight->deadline()));
      return false;
    }
  }
  if (retransmissions_.empty() && pacer_->MaySend()) return true;
  if (!pacer_->MaySend()) ++delayed_[static_cast<size_t>(pacer_->limit())];
  retransmissions_.push_back(flight->handle());
  loop_->timers()->Arm(flight, flight->deadline());
  return false;
}

void LaunchQueue::CountDelayed() {
  if (launches_.empty()) return;
  delayed_[static_cast<size_t>(pacer_->limit())] += launches_.size() - counted_;
  counted_ = launches_.size();
}

}  // namespace exporter
