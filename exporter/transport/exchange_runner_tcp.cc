// The exchanges of an ExchangeRunner that have a connection of their own (RFC 9329, and without its
// framing).
#include <algorithm>
#include <utility>

#include "exporter/transport/exchange_runner.h"
#include "exporter/transport/in_flight_exchange.h"

namespace exporter {

void ExchangeRunner::set_max_connections(size_t count) {
  max_connections_ = count;
  held_.set_limit(std::max<size_t>(1, count / 2));
}

// In their order, as connections become free.
void ExchangeRunner::LaunchUnconnected(ike::TimePoint now) {
  while (!unconnected_.empty() && CanConnect()) {
    InFlightExchange* flight = unconnected_.front();
    unconnected_.pop_front();
    flight->waiting = false;
    if (flight->settled) {  // cancelled while it waited
      done_.push_back(flight);
      continue;
    }
    Launch(flight, now);
  }
}

void ExchangeRunner::LaunchTcp(InFlightExchange* flight) {
  const ExchangeJob& job = flight->job;
  net::TcpTarget target{
      job.remote,
      {job.source, job.source_port},
      job.transport == ike::Transport::kTcp ? net::TcpFraming::kRfc9329 : net::TcpFraming::kRaw};
  auto channel = net::TcpChannel::Connect(loop_, target, flight);
  pacer_.OnSent(loop_->now(), false);
  if (!channel) return OnTcpClosed(flight, channel.error());
  flight->channel = std::move(*channel);
  ++connections_;
  flight->connecting = true;
  ++connecting_;
  timers_.Arm(flight, flight->started + job.timeout);
}

void ExchangeRunner::Disconnect(InFlightExchange* flight) {
  if (!flight->channel) return;
  flight->channel.reset();
  --connections_;
}

// The exchange is over, its connection not always.
void ExchangeRunner::HoldOrDisconnect(InFlightExchange* flight) {
  if (flight->leaves_connection()) {
    const bool selected = flight->exchange.done() && flight->exchange.outcome().selected();
    held_.Hold(std::move(flight->channel),
               {flight->job.remote.address, flight->job.opening->version(), selected},
               loop_->now());
    --connections_;
  }
  Disconnect(flight);
}

// The peer asked for another message and closed, as libreswan does after INVALID_KE_PAYLOAD: that
// message goes over a second connection, but there is no third.
bool ExchangeRunner::Reconnect(InFlightExchange* flight) {
  if (flight->reconnected || flight->connecting || !flight->exchange.answered()) return false;
  flight->reconnected = true;
  Disconnect(flight);
  LaunchTcp(flight);
  return true;
}

void ExchangeRunner::OnTcpConnected(InFlightExchange* flight) {
  flight->connecting = false;
  --connecting_;
  flight->Cancel();
  ike::TimePoint now = loop_->now();
  if (!flight->began) return BeginExchange(flight, flight->channel->local(), now);
  SendMessage(flight, flight->exchange.OnReconnected(flight->channel->local(), now), false, now);
  if (flight->exchange.done()) return Settle(flight);
  Rearm(flight);
}

void ExchangeRunner::OnTcpClosed(InFlightExchange* flight, const net::TcpClosed& closed) {
  if (flight->settled) return;
  ike::TimePoint now = loop_->now();
  bool unreachable = closed.end == net::TcpEnd::kRefused || closed.end == net::TcpEnd::kUnreachable;
  if (!flight->began) {
    ike::Reason reason = ike::Reason::kTimeout;
    if (unreachable) reason = ike::Reason::kUnreachable;
    if (closed.end == net::TcpEnd::kLocal) reason = ike::Reason::kSend;
    const int error = reason == ike::Reason::kSend ? closed.error : 0;
    return FailUnsent(flight, reason, error, now);
  }
  if (Reconnect(flight)) return;
  if (unreachable) {
    flight->exchange.OnUnreachable(now);
    return Settle(flight);
  }
  flight->exchange.OnClosed(now);
  Settle(flight);
}

}  // namespace exporter
