// The order of one turn: read what has arrived, fire timers, launch what waits, flush, and then
// tell handlers what is done, so that they always find consistent state and may start more. After
// a full batch of datagrams they are told before the next one is read.
#include "exporter/transport/exchange_runner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "probes/liveness/liveness.h"

namespace exporter {
namespace {

constexpr ike::Duration kTick = std::chrono::milliseconds(1);
constexpr ike::Duration kFirstRetransmission = std::chrono::seconds(1);

// RFC 7296 section 2.4 leaves the timers open; a peer that is known to be slow gets twice its RTT.
ike::Duration FirstRetransmission(const ExchangeJob& job) {
  if (ike::IsTcp(job.transport)) return ike::Duration::zero();  // RFC 9329 section 6.2
  return std::max(kFirstRetransmission, 2 * job.last_rtt);
}

// With the nonces, an answer of Aggressive Mode lets anybody guess the PSK offline.
bool AnswerMayBeShown(const ike::PreparedOpening& opening) {
  const auto* ikev1 = std::get_if<ike::Ikev1Opening>(&opening.opening());
  return ikev1 == nullptr || ikev1->mode != ike::Ikev1Mode::kAggressive;
}

void TraceSent(const InFlightExchange& flight, ike::ByteSpan message, bool again,
               ike::TimePoint now) {
  if (flight.trace == nullptr || message.empty()) return;
  const ike::ByteSpan kept = again ? ike::ByteSpan{} : message;
  flight.trace->Add({true, again, now - flight.started, {kept.begin(), kept.end()}});
}

void TraceReceived(const InFlightExchange& flight, ike::ByteSpan message, ike::TimePoint arrival) {
  if (flight.trace == nullptr) return;
  const ike::ByteSpan kept = AnswerMayBeShown(*flight.job.opening) ? message : ike::ByteSpan{};
  flight.trace->Add({false, false, arrival - flight.started, {kept.begin(), kept.end()}});
}

// Met silence, and is to be heard of should it be answered yet.
bool MayListen(const InFlightExchange& flight) {
  return flight.handler != nullptr && flight.progress.began && !flight.progress.reported &&
         flight.job.listening > ike::Duration::zero() && !ike::IsTcp(flight.job.transport) &&
         ike::IsSilence(flight.exchange.outcome());
}

}  // namespace

ExchangeRunner::ExchangeRunner(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits)
    : loop_(loop),
      limits_(limits),
      pacer_(loop->now()),
      queue_(loop, limits, &pacer_, &flights_),
      udp_(loop, routes, limits, &pacer_, &active_, this),
      tcp_(loop, &limits->budget, this) {}

ExchangeRunner::~ExchangeRunner() = default;

ExchangeHandle ExchangeRunner::Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) {
  InFlightExchange* flight =
      flights_.Acquire([this] { return std::make_unique<InFlightExchange>(this); });
  flight->Begin(std::move(job), handler, trace, loop_->now());
  queue_.Enter(flight);
  return flight->handle();
}

uint32_t ExchangeRunner::Cancel(ExchangeHandle handle) {
  InFlightExchange* flight = flights_.Find(handle);
  if (flight == nullptr || flight->handler == nullptr) return 0;
  flight->handler = nullptr;
  const uint32_t sent = flight->packets_sent();
  Settle(flight);
  return sent;
}

void ExchangeRunner::Read(ike::TimePoint now) {
  pacer_.Advance(now);
  udp_.Read();
}

ike::TimePoint ExchangeRunner::Tick(ike::TimePoint now) {
  tcp_.held()->Advance(now);
  SendWaiting(now);
  ReportDone();
  // Handlers may have started the next exchange of their probe: it goes out within this tick.
  SendWaiting(now);
  if (!done_.empty() || (!queue_.empty() && pacer_.MaySend())) return now;
  if (!queue_.empty() || !udp_.all_watched()) return now + kTick;
  return tcp_.held()->NextEnd();
}

void ExchangeRunner::SendWaiting(ike::TimePoint now) {
  while (InFlightExchange* flight = tcp_.NextWaiting()) Launch(flight, now);
  while (InFlightExchange* flight = queue_.NextRetransmission()) Repeat(flight, now);
  while (InFlightExchange* flight = queue_.NextLaunch()) Launch(flight, now);
  queue_.CountDelayed();
  udp_.Flush();
}

void ExchangeRunner::Launch(InFlightExchange* flight, ike::TimePoint now) {
  if (flight->over()) return done_.push_back(flight);  // it was cancelled while it waited
  // What it waited for our own limits is not the peer's silence.
  flight->started += now - std::exchange(flight->queued_at, now);
  flight->progress.phase = Phase::kRunning;
  if (ike::IsTcp(flight->job.transport)) {
    if (tcp_.Launch(flight)) pacer_.OnSent(now, false);
    return;
  }
  const auto local = udp_.Bind(flight, now);
  if (!local) return FailUnsent(flight, ike::Reason::kSend, local.error());
  Begin(flight, *local, now);
}

// Drawn by the call before, so that its place in the table is in the cache by now.
uint64_t ExchangeRunner::FreshSpi() {
  uint64_t spi = 0;
  do {
    spi = std::exchange(next_spi_, random_.U64());
  } while (spi == 0 || active_.Find(spi) != nullptr);
  active_.Prefetch(next_spi_);
  return spi;
}

void ExchangeRunner::Begin(InFlightExchange* flight, const ike::Endpoint& local,
                           ike::TimePoint now) {
  ike::ExchangeSeed seed;
  seed.initiator_spi = FreshSpi();
  random_.Take(seed.nonce);
  seed.local = local;
  seed.remote = flight->job.remote;
  const ike::ExchangeTiming timing{now, flight->deadline(), FirstRetransmission(flight->job)};
  const ike::ByteSpan first =
      flight->exchange.Begin(*flight->job.opening, {&keys_, flight->job.ke_group}, seed, timing);
  flight->progress.began = true;
  active_.Insert(seed.initiator_spi, flight);
  Send(flight, first, false, now);
  Rearm(flight);
}

void ExchangeRunner::Send(InFlightExchange* flight, ike::ByteSpan message, bool again,
                          ike::TimePoint now) {
  TraceSent(*flight, message, again, now);
  Transmit(flight, message, now);
}

void ExchangeRunner::Transmit(InFlightExchange* flight, ike::ByteSpan message, ike::TimePoint now) {
  if (message.empty()) return;
  if (flight->channel) {
    pacer_.OnSent(now, false);
    if (!flight->channel->Send(message)) flight->exchange.OnSendFailed(0, now);
    return;
  }
  flight->progress.unsent = !udp_.Send(flight, message);
  if (flight->progress.unsent) return;
  pacer_.OnSent(now, true);
  flight->sent_at = now;
  flight->progress.awaited = true;
}

void ExchangeRunner::OnTimer(InFlightExchange* flight, ike::TimePoint now) {
  switch (flight->progress.phase) {
    case Phase::kAwaitsAddress:
    case Phase::kAwaitsNetwork:
      return queue_.OnTimer(flight, now);
    case Phase::kQueued:
    case Phase::kAwaitsConnection:
    case Phase::kOver:
      return;
    case Phase::kConnecting:
    case Phase::kRunning:
      break;
  }
  if (!flight->progress.began) return FailUnsent(flight, ike::Reason::kTimeout, 0);
  if (flight->progress.unsent) {
    Transmit(flight, flight->exchange.last_sent(), now);
    return Rearm(flight);
  }
  if (now >= flight->deadline() || queue_.MayRepeat(flight, now)) Repeat(flight, now);
}

// Sends the last message again, or finds that the time is up.
void ExchangeRunner::Repeat(InFlightExchange* flight, ike::TimePoint now) {
  flight->progress.repeats = false;
  udp_.AddHints(flight);
  const ike::ByteSpan message = flight->exchange.OnTimer(now);
  Send(flight, message, true, now);
  Rearm(flight);
}

// What is done is settled.
void ExchangeRunner::Rearm(InFlightExchange* flight) {
  if (flight->exchange.done()) return Settle(flight);
  loop_->timers()->Arm(
      flight, flight->progress.unsent ? loop_->now() + kTick : flight->exchange.NextTimer());
}

void ExchangeRunner::OnMessage(InFlightExchange* flight, ike::ByteSpan message,
                               ike::TimePoint arrival) {
  if (flight->over()) return;
  TraceReceived(*flight, message, arrival);
  const ike::TimePoint now = loop_->now();
  if (flight->progress.awaited) pacer_.OnAnswered(flight->sent_at);
  flight->progress.awaited = flight->progress.repeats = false;
  const ike::ByteSpan reply = flight->exchange.OnMessage(message, arrival);
  Send(flight, reply, false, now);
  if (flight->exchange.done() && flight->exchange.outcome().rtt) {
    pacer_.OnRtt(*flight->exchange.outcome().rtt);
  }
  Rearm(flight);
}

void ExchangeRunner::OnUnreachable(InFlightExchange* flight) {
  flight->exchange.OnUnreachable(loop_->now());
  Settle(flight);
}

void ExchangeRunner::OnSendFailed(InFlightExchange* flight, int error) {
  flight->exchange.OnSendFailed(error, loop_->now());
  Settle(flight);
}

void ExchangeRunner::OnConnected(InFlightExchange* flight, const ike::Endpoint& local) {
  const ike::TimePoint now = loop_->now();
  if (!flight->progress.began) return Begin(flight, local, now);
  const ike::ByteSpan message = flight->exchange.OnReconnected(local, now);
  Send(flight, message, false, now);
  Rearm(flight);
}

void ExchangeRunner::OnClosed(InFlightExchange* flight, const net::TcpClosed& closed) {
  const bool unreachable =
      closed.end == net::TcpEnd::kRefused || closed.end == net::TcpEnd::kUnreachable;
  if (!flight->progress.began) {
    if (unreachable) return FailUnsent(flight, ike::Reason::kUnreachable, 0);
    if (closed.end == net::TcpEnd::kLocal) {
      return FailUnsent(flight, ike::Reason::kSend, closed.error);
    }
    return FailUnsent(flight, ike::Reason::kTimeout, 0);
  }
  if (tcp_.Reconnect(flight)) return pacer_.OnSent(loop_->now(), false);
  if (unreachable) return OnUnreachable(flight);
  flight->exchange.OnClosed(loop_->now());
  Settle(flight);
}

// No exchange ever began: the outcome has only a reason.
void ExchangeRunner::FailUnsent(InFlightExchange* flight, ike::Reason reason, int error) {
  flight->failed = {};
  flight->failed.version = flight->job.opening->version();
  flight->failed.reason = reason;
  flight->failed.send_error = static_cast<uint8_t>(error);
  flight->failed.duration = loop_->now() - flight->started;
  Settle(flight);
}

// The exchange is over; its handler hears of it in ReportDone.
void ExchangeRunner::Settle(InFlightExchange* flight) {
  if (flight->over()) return;
  const bool queued = flight->queued();
  flight->progress.phase = Phase::kOver;
  flight->Rest();
  if (flight->progress.began) {
    active_.Erase(flight->exchange.initiator_spi());
    udp_.Forget(*flight);
  }
  queue_.Leave(flight);
  if (!queued) done_.push_back(flight);
}

void ExchangeRunner::ReportDone() {
  std::vector<InFlightExchange*> done;
  done.swap(done_);
  for (InFlightExchange* flight : done) {
    tcp_.Release(flight);  // here and not in the connection's own callback
    const bool may_listen = MayListen(*flight);
    Report(flight);
    if (may_listen && flight->handler != nullptr) {
      Listen(flight);
      continue;
    }
    flight->Clear();
    flights_.Release(flight);
  }
  if (done_.empty()) {
    done.clear();
    done_.swap(done);  // keep the capacity
  }
}

void ExchangeRunner::Report(InFlightExchange* flight) {
  if (flight->handler == nullptr) return;
  if (!flight->progress.reported) {
    const bool began = flight->progress.began;
    flight->handler->OnExchangeDone(began ? flight->exchange.outcome() : flight->failed);
  } else if (flight->exchange.answered()) {
    flight->handler->OnLateAnswer(flight->handle(), flight->exchange.outcome());
  }
}

void ExchangeRunner::Listen(InFlightExchange* flight) {
  flight->progress.reported = true;
  flight->progress.phase = Phase::kRunning;
  flight->exchange.Listen(flight->deadline() + flight->job.listening);
  active_.Insert(flight->exchange.initiator_spi(), flight);
  Rearm(flight);
}

uint64_t ExchangeRunner::dropped_packets() {
  const uint64_t drops = udp_.dropped_packets();
  pacer_.OnDrops(drops, loop_->now());
  return drops;
}

}  // namespace exporter
