// The order of one tick: read what has arrived, fire timers, launch what waits, flush, and then
// tell handlers what is done, so that they always find consistent state and may start more. After
// a full batch of datagrams they are told before the next one is read.
#include "exporter/transport/exchange_runner.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "exporter/transport/in_flight_exchange.h"
#include "probes/base/prefetch.h"

namespace exporter {
namespace {

constexpr size_t kReadAtOnce = 4096;
constexpr size_t kHandlerBytes = 256;  // what is asked for of a handler before it is called
constexpr ike::Duration kTick = std::chrono::milliseconds(1);
constexpr ike::Duration kFirstRetransmission = std::chrono::seconds(1);

// RFC 7296 section 2.4 leaves the timers open; a peer that is known to be slow gets twice its RTT.
ike::Duration FirstRetransmission(const ExchangeJob& job) {
  if (ike::IsTcp(job.transport)) return ike::Duration::zero();  // RFC 9329 section 6.2
  return std::max(kFirstRetransmission, 2 * job.last_rtt);
}

// With the nonces, an answer of Aggressive Mode lets anybody guess the PSK offline.
bool MayBeShown(const ike::PreparedOpening& opening, bool sent) {
  const auto* ikev1 = std::get_if<ike::Ikev1Opening>(&opening.opening());
  return sent || ikev1 == nullptr || ikev1->mode != ike::Ikev1Mode::kAggressive;
}

tl::expected<ike::IpAddress, int> SourceFor(const ExchangeJob& job, ike::TimePoint now,
                                            net::RouteCache* routes) {
  if (job.route != nullptr) return routes->SourceFor(job.remote.address, now, job.route);
  return routes->SourceFor(job.remote.address, now);
}

// The kernel says of a source address that this host does not have that there is no route.
int SendErrorOf(const ExchangeJob& job, int error) {
  if (job.source.empty()) return error;
  const auto family = job.source.is_v6() ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4;
  const auto bound = net::UdpSocket::Open(family, {job.source, 0}, {});
  return bound ? error : bound.error().error;
}

void ForgetRoute(const ExchangeJob& job, net::RouteCache* routes) {
  if (job.route != nullptr) *job.route = {};
  routes->Forget(job.remote.address);
}

}  // namespace

ExchangeRunner::ExchangeRunner(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits)
    : loop_(loop),
      routes_(routes),
      timers_(loop->now()),
      limits_(limits),
      pacer_(loop->now()),
      sockets_(loop, &pacer_),
      held_(&limits->budget) {}

ExchangeRunner::~ExchangeRunner() = default;

void ExchangeRunner::BeginPeriod() { flights_.free_list()->BeginPeriod(); }

size_t ExchangeRunner::Trim(size_t most) { return flights_.free_list()->Trim(most); }

ExchangeHandle ExchangeRunner::Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) {
  InFlightExchange* flight =
      flights_.Acquire([this] { return std::make_unique<InFlightExchange>(this); });
  flight->job = std::move(job);
  flight->handler = handler;
  flight->trace = trace;
  flight->started = loop_->now();
  flight->reconnected = false;
  flight->began = flight->connecting = flight->settled = flight->cancelled = flight->unsent = false;
  flight->awaited = flight->paced = flight->repeats = flight->late = false;
  AwaitAddress(flight);
  return flight->handle();
}

uint32_t ExchangeRunner::Cancel(ExchangeHandle handle) {
  InFlightExchange* flight = flights_.Find(handle);
  if (flight == nullptr || flight->cancelled) return 0;
  flight->cancelled = true;
  const uint32_t sent = flight->packets_sent();
  Settle(flight);
  return sent;
}

ike::TimePoint ExchangeRunner::Tick(ike::TimePoint now) {
  pacer_.Advance(now);
  for (auto& [key, socket] : sockets_.all()) {
    sockets_.NoteRead(&socket, ReadSocket(socket.socket.get()));
  }
  timers_.Advance(now, [&](net::TimerNode& node) {
    OnExchangeTimer(static_cast<InFlightExchange*>(&node), now);
  });
  held_.Advance(now);
  SendWaiting(now);
  FlushSockets(now);
  ReportDone();
  // Handlers may have started the next exchange of their probe: it goes out within this tick.
  SendWaiting(now);
  FlushSockets(now);
  const bool waits = !waiting_.empty() || !repeating_.empty();
  if (!done_.empty() || (waits && pacer_.MaySend())) return now;
  if (waits || !sockets_.all_watched()) return now + kTick;
  return std::min(timers_.NextExpiry(), held_.NextEnd());
}

void ExchangeRunner::Launch(InFlightExchange* flight, ike::TimePoint now) {
  // What it waited for our own limits is not the peer's silence.
  flight->started += now - flight->queued_at;
  if (!ike::IsTcp(flight->job.transport)) return LaunchUdp(flight, now);
  if (CanConnect()) return LaunchTcp(flight);
  flight->waiting = true;
  flight->queued_at = now;
  unconnected_.push_back(flight);
}

void ExchangeRunner::LaunchUdp(InFlightExchange* flight, ike::TimePoint now) {
  flight->source = flight->job.source;
  if (flight->source.empty()) {
    auto source = SourceFor(flight->job, now, routes_);
    if (!source) return FailUnsent(flight, ike::Reason::kSend, source.error(), now);
    flight->source = *source;
  }
  auto socket = sockets_.For(flight->job);
  if (!socket) return FailUnsent(flight, ike::Reason::kSend, socket.error(), now);
  flight->socket = *socket;
  BeginExchange(flight, {flight->source, flight->socket->local_port()}, now);
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

void ExchangeRunner::BeginExchange(InFlightExchange* flight, const ike::Endpoint& local,
                                   ike::TimePoint now) {
  ike::ExchangeSeed seed;
  seed.initiator_spi = FreshSpi();
  random_.Take(seed.nonce);
  seed.local = local;
  seed.remote = flight->job.remote;
  ike::ExchangeTiming timing{now, flight->deadline(), FirstRetransmission(flight->job)};
  ike::ByteSpan first =
      flight->exchange.Begin(*flight->job.opening, {&keys_, flight->job.ke_group}, seed, timing);
  flight->began = true;
  active_.Insert(seed.initiator_spi, flight);
  SendMessage(flight, first, false, now);
  if (flight->exchange.done()) return Settle(flight);
  Rearm(flight);
}

void ExchangeRunner::SendMessage(InFlightExchange* flight, ike::ByteSpan message,
                                 bool retransmission, ike::TimePoint now) {
  if (message.empty()) return;
  if (flight->trace != nullptr) {
    const ike::ByteSpan kept = retransmission ? ike::ByteSpan{} : message;
    flight->trace->Add({true, retransmission, now - flight->started, {kept.begin(), kept.end()}});
  }
  if (flight->channel) {
    pacer_.OnSent(now, false);
    if (!flight->channel->Send(message)) flight->exchange.OnSendFailed(0, now);
    return;
  }
  flight->unsent = !flight->socket->Send(
      {flight->job.remote, flight->source, message, flight->exchange.initiator_spi()});
  if (flight->unsent) return;
  pacer_.OnSent(now, true);
  flight->sent_at = now;
  flight->awaited = true;
}

size_t ExchangeRunner::ReadSocket(net::UdpSocket* socket) {
  std::array<InFlightExchange*, net::UdpSocket::kBatch> expected;  // of the datagrams at hand
  size_t read = 0;
  while (read < kReadAtOnce) {
    const size_t count =
        socket->Receive([&](const net::Datagram& datagram) { OnDatagram(socket, datagram); },
                        [&](size_t index, ike::ByteSpan message, int stage) {
                          if (stage == 0) expected[index] = FindFor(message);
                          if (expected[index] != nullptr) Prefetch(*expected[index], stage);
                        },
                        net::UdpSocket::kBatch);
    read += count;
    if (count < net::UdpSocket::kBatch) break;
    ReportDone();  // while what they concern is in the cache
  }
  if (!socket->has_errors()) return read;
  socket->ReadErrors([&](const net::IcmpError& error) { OnIcmp(socket, error); }, 256);
  return read;
}

// Each stage reads what the one before asked for.
void ExchangeRunner::Prefetch(const InFlightExchange& flight, int stage) const {
  if (stage == 0) ike::Prefetch(&flight, sizeof flight);
  if (stage == 1) {
    flight.exchange.Prefetch();
    ike::Prefetch(flight.handler, kHandlerBytes);
    limits_->addresses.Prefetch(flight.job.remote.address);
  }
  if (stage >= 2) flight.handler->PrefetchExchangeDone(stage - 2);
}

void ExchangeRunner::OnIcmp(net::UdpSocket* socket, const net::IcmpError& error) {
  InFlightExchange* flight = FindFor(error.quoted);
  const bool ours =
      flight != nullptr && flight->socket == socket && flight->job.remote == error.destination;
  if (error.error == EMSGSIZE) return;  // the kernel sends fragments from now on
  routes_->Forget(error.destination.address);
  if (!ours) return errors_.Note(error.destination, loop_->now());
  ForgetRoute(flight->job, routes_);
  flight->exchange.OnUnreachable(loop_->now());
  Settle(flight);
}

void ExchangeRunner::Deliver(InFlightExchange* flight, ike::ByteSpan message,
                             ike::TimePoint arrival) {
  if (flight->settled) return;
  if (flight->trace != nullptr) {
    TracedMessage traced{false, false, arrival - flight->started, {}};
    if (MayBeShown(*flight->job.opening, false)) {
      traced.bytes.assign(message.begin(), message.end());
    }
    flight->trace->Add(std::move(traced));
  }
  ike::TimePoint now = loop_->now();
  if (flight->awaited) pacer_.OnAnswered(flight->sent_at);
  flight->awaited = flight->repeats = false;
  ike::ByteSpan reply = flight->exchange.OnMessage(message, arrival);
  SendMessage(flight, reply, false, now);
  if (!flight->exchange.done()) return Rearm(flight);
  if (const auto& rtt = flight->exchange.outcome().rtt) pacer_.OnRtt(*rtt);
  Settle(flight);
}

void ExchangeRunner::OnExchangeTimer(InFlightExchange* flight, ike::TimePoint now) {
  if (flight->settled) return;
  if (flight->held) return OnAddressTimer(flight, now);
  if (flight->paced) return Queue(flight);
  if (!flight->began) return FailUnsent(flight, ike::Reason::kTimeout, 0, now);
  if (flight->unsent) {
    SendMessage(flight, flight->exchange.last_sent(), false, now);
    return Rearm(flight);
  }
  if (now >= flight->deadline() || MayRepeat(flight, now)) Repeat(flight, now);
}

// Sends the last message again, or finds that the time is up.
void ExchangeRunner::Repeat(InFlightExchange* flight, ike::TimePoint now) {
  flight->repeats = false;
  if (garbage_.Since(flight->job.remote, flight->started)) flight->exchange.NoteGarbage();
  if (errors_.Since(flight->job.remote, flight->started)) flight->exchange.NoteUnattributedError();
  ike::ByteSpan message = flight->exchange.OnTimer(now);
  SendMessage(flight, message, true, now);
  if (flight->exchange.done()) return Settle(flight);
  Rearm(flight);
}

void ExchangeRunner::Rearm(InFlightExchange* flight) {
  timers_.Arm(flight, flight->unsent ? loop_->now() + kTick : flight->exchange.NextTimer());
}

void ExchangeRunner::FlushSockets(ike::TimePoint now) {
  for (const auto& [key, socket] : sockets_.all()) {
    for (const net::SendFailure& failure : socket.socket->Flush()) {
      InFlightExchange* flight = active_.Find(failure.tag);
      if (flight == nullptr || flight->settled) continue;
      ForgetRoute(flight->job, routes_);
      flight->exchange.OnSendFailed(SendErrorOf(flight->job, failure.error), now);
      Settle(flight);
    }
  }
}

// No exchange ever began: the outcome has only a reason.
void ExchangeRunner::FailUnsent(InFlightExchange* flight, ike::Reason reason, int error,
                                ike::TimePoint now) {
  flight->failed = {};
  flight->failed.version = flight->job.opening->version();
  flight->failed.reason = reason;
  flight->failed.send_error = static_cast<uint8_t>(error);
  flight->failed.duration = now - flight->started;
  Settle(flight);
}

// The flight ends; its handler hears of it in ReportDone.
void ExchangeRunner::Settle(InFlightExchange* flight) {
  if (flight->settled) return;
  flight->settled = true;
  flight->Rest();
  if (flight->connecting) --connecting_;
  flight->connecting = false;
  if (flight->began) {
    active_.Erase(flight->exchange.initiator_spi());
    finished_.Note(flight->exchange.initiator_spi(), flight->job.remote);
  }
  LeaveAddress(flight);
  if (!flight->waiting) done_.push_back(flight);
}

void ExchangeRunner::ReportDone() {
  std::vector<InFlightExchange*> done;
  done.swap(done_);
  for (InFlightExchange* flight : done) {
    // Destroyed here and not in its own callback.
    HoldOrDisconnect(flight);
    const bool may_listen = MayListen(*flight);
    if (!flight->cancelled) Report(flight);
    if (may_listen && !flight->cancelled) {
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

uint64_t ExchangeRunner::dropped_packets() {
  const uint64_t drops = sockets_.drops();
  pacer_.OnDrops(drops, loop_->now());
  return drops;
}

}  // namespace exporter
