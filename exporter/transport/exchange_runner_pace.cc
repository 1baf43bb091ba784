// What an exchange of an ExchangeRunner waits for before it sends: the others at its address, its
// network's turn, and the pacer. Retransmissions wait for the last two, and go first.
#include <algorithm>

#include "exporter/transport/exchange_runner.h"
#include "exporter/transport/in_flight_exchange.h"
#include "probes/base/prefetch.h"

namespace exporter {
namespace {

// An opening waits until the address has owed an answer for this long, or for a quarter of its own
// time; and for half of its own time where the others are answered one after the other.
constexpr ike::Duration kGatePatience = std::chrono::seconds(1);

// How many launches ahead the memory of one is asked for.
constexpr size_t kAhead = 3;

ike::Duration PatienceOf(const ExchangeJob& job) {
  return std::min(kGatePatience, job.timeout / 4);
}

// A daemon answers before it forgets what it refused.
constexpr ike::Duration kGatePause = std::chrono::milliseconds(20);

// Many others were started since those that wait. What is nearer reads what was asked for before.
template <typename Queue>
void ExpectLaunches(const Queue& waiting) {
  if (waiting.size() > 2 * kAhead) ike::Prefetch(waiting[2 * kAhead], sizeof *waiting[0]);
  if (waiting.size() <= kAhead) return;
  const auto& next = *waiting[kAhead];
  next.exchange.Prefetch();
  ike::Prefetch(next.job.route, sizeof *next.job.route);
}

}  // namespace

void ExchangeRunner::AwaitAddress(InFlightExchange* flight) {
  flight->held = !limits_->addresses.Enter(flight, flight->job.remote.address, flight->handle(),
                                           flight->started);
  if (!flight->held) return AwaitTurn(flight);
  timers_.Arm(flight, flight->started + PatienceOf(flight->job));
}

// It has been let through, or has waited for long.
void ExchangeRunner::OnAddressTimer(InFlightExchange* flight, ike::TimePoint now) {
  const ike::TimePoint latest = flight->started + flight->job.timeout / 2;
  const ike::Duration patience = PatienceOf(flight->job);
  const auto silent = limits_->addresses.Overtake(flight, now >= latest ? now : now - patience);
  if (!silent) return AwaitTurn(flight);
  timers_.Arm(flight, std::min(latest, *silent + patience));
}

void ExchangeRunner::LeaveAddress(InFlightExchange* flight) {
  std::optional<ike::TimePoint> answered;
  if (flight->began && flight->exchange.answered()) answered = loop_->now();
  const PerAddressQueue::Turn next = limits_->addresses.Leave(flight, answered);
  if (next.node == nullptr) return;
  // Of another engine's flight nothing is ours to touch but what never changes.
  ExchangeRunner* owner = static_cast<InFlightExchange*>(next.node)->runner;
  if (owner == this) return OnAdmitted(next.tag);
  owner->loop_->Post([owner, handle = next.tag] { owner->OnAdmitted(handle); });
}

void ExchangeRunner::OnAdmitted(ExchangeHandle handle) {
  InFlightExchange* flight = flights_.Find(handle);
  if (flight == nullptr || flight->settled || !flight->held) return;
  timers_.Arm(flight, loop_->now() + kGatePause);
}

void ExchangeRunner::AwaitTurn(InFlightExchange* flight) {
  const ike::TimePoint now = loop_->now();
  flight->held = false;
  flight->queued_at = now;
  const ike::TimePoint turn = limits_->networks.Take(flight->job.remote.address, now);
  if (turn <= now) return Queue(flight);
  ++delayed_[static_cast<size_t>(Pace::kNetwork)];
  flight->paced = true;
  timers_.Arm(flight, turn);
}

void ExchangeRunner::Queue(InFlightExchange* flight) {
  flight->paced = false;
  flight->waiting = true;
  waiting_.push_back(flight);
}

void ExchangeRunner::SendWaiting(ike::TimePoint now) {
  LaunchUnconnected(now);
  while (!repeating_.empty() && pacer_.MaySend()) RepeatNext(now);
  while (!waiting_.empty() && pacer_.MaySend()) LaunchNext(now);
  if (waiting_.empty()) return;
  delayed_[static_cast<size_t>(pacer_.limit())] += waiting_.size() - delayed_launches_;
  delayed_launches_ = waiting_.size();
}

void ExchangeRunner::RepeatNext(ike::TimePoint now) {
  InFlightExchange* flight = flights_.Find(repeating_.front());
  repeating_.pop_front();
  // It may have been answered since, or its time may be up.
  if (flight != nullptr && !flight->settled && flight->repeats) Repeat(flight, now);
}

void ExchangeRunner::LaunchNext(ike::TimePoint now) {
  ExpectLaunches(waiting_);
  InFlightExchange* flight = waiting_.front();
  waiting_.pop_front();
  delayed_launches_ -= std::min<size_t>(delayed_launches_, 1);
  flight->waiting = false;
  if (flight->settled) {  // cancelled while it waited
    done_.push_back(flight);
    return;
  }
  Launch(flight, now);
}

// Whether it may go now. Otherwise its turn comes, unless its time is up before.
bool ExchangeRunner::MayRepeat(InFlightExchange* flight, ike::TimePoint now) {
  if (!flight->repeats) {
    flight->repeats = true;
    const ike::TimePoint turn = limits_->networks.Take(flight->job.remote.address, now);
    if (turn > now) {
      ++delayed_[static_cast<size_t>(Pace::kNetwork)];
      timers_.Arm(flight, std::min(turn, flight->deadline()));
      return false;
    }
  }
  if (repeating_.empty() && pacer_.MaySend()) return true;
  if (!pacer_.MaySend()) ++delayed_[static_cast<size_t>(pacer_.limit())];
  repeating_.push_back(flight->handle());
  timers_.Arm(flight, flight->deadline());
  return false;
}

}  // namespace exporter
