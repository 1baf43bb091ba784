#include "exporter/transport/tcp_transport.h"

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

// Whether the peer may have state that refers to the connection: libreswan 4.10 closes its number
// once more with that state, whatever it stands for by then, if it saw our close before.
bool LeavesConnection(const InFlightExchange& flight) {
  if (!flight.channel || !flight.channel->is_open() || !flight.progress.began) return false;
  if (!flight.exchange.done()) return flight.job.may_leave_state;  // cancelled
  const ike::Outcome& outcome = flight.exchange.outcome();
  return outcome.selected() || (flight.job.may_leave_state && !outcome.leaves_no_state());
}

}  // namespace

TcpTransport::TcpTransport(net::EventLoop* loop, HalfOpenBudget* budget, Owner* owner)
    : loop_(loop), owner_(owner), held_(budget) {}

void TcpTransport::set_max_connections(size_t count) {
  max_connections_ = count;
  held_.set_limit(std::max<size_t>(1, count / 2));
}

bool TcpTransport::Launch(InFlightExchange* flight) {
  if (has_room()) {
    Connect(flight);
    return true;
  }
  flight->progress.phase = Phase::kAwaitsConnection;
  waiting_.push_back(flight);
  return false;
}

InFlightExchange* TcpTransport::NextWaiting() {
  if (waiting_.empty() || !has_room()) return nullptr;
  InFlightExchange* flight = waiting_.front();
  waiting_.pop_front();
  return flight;
}

void TcpTransport::Connect(InFlightExchange* flight) {
  const ExchangeJob& job = flight->job;
  const net::TcpTarget target{
      job.remote,
      {job.source, job.source_port},
      job.transport == ike::Transport::kTcp ? net::TcpFraming::kRfc9329 : net::TcpFraming::kRaw};
  auto channel = net::TcpChannel::Connect(loop_, target, flight);
  if (!channel) return owner_->OnClosed(flight, channel.error());
  flight->channel = std::move(*channel);
  ++open_;
  flight->progress.phase = Phase::kConnecting;
  loop_->timers()->Arm(flight, flight->deadline());
}

void TcpTransport::Disconnect(InFlightExchange* flight) {
  if (!flight->channel) return;
  flight->channel.reset();
  --open_;
}

void TcpTransport::Release(InFlightExchange* flight) {
  if (LeavesConnection(*flight)) {
    const bool selected = flight->exchange.done() && flight->exchange.outcome().selected();
    held_.Hold(std::move(flight->channel),
               {flight->job.remote.address, flight->job.opening->version(), selected},
               loop_->now());
    --open_;
  }
  Disconnect(flight);
}

bool TcpTransport::Reconnect(InFlightExchange* flight) {
  InFlightExchange::Progress& progress = flight->progress;
  if (progress.reconnected || progress.phase != Phase::kRunning || !flight->exchange.answered()) {
    return false;
  }
  progress.reconnected = true;
  Disconnect(flight);
  Connect(flight);
  return true;
}

void TcpTransport::OnConnected(InFlightExchange* flight) {
  if (flight->over()) return;
  flight->Cancel();
  flight->progress.phase = Phase::kRunning;
  owner_->OnConnected(flight, flight->channel->local());
}

void TcpTransport::OnMessage(InFlightExchange* flight, ike::ByteSpan message,
                             ike::TimePoint arrival) {
  if (flight->progress.began) owner_->OnMessage(flight, message, arrival);
}

void TcpTransport::OnClosed(InFlightExchange* flight, const net::TcpClosed& closed) {
  if (!flight->over()) owner_->OnClosed(flight, closed);
}

}  // namespace exporter
