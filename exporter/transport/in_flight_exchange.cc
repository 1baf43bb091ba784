#include "exporter/transport/in_flight_exchange.h"

#include "exporter/transport/exchange_runner.h"

namespace exporter {

LaunchQueue* InFlightExchange::queue() const { return &runner->queue_; }

void InFlightExchange::OnTimer(ike::TimePoint now) { runner->OnTimer(this, now); }

void InFlightExchange::OnConnected() { runner->tcp_.OnConnected(this); }

void InFlightExchange::OnMessage(ike::ByteSpan message, ike::TimePoint arrival) {
  runner->tcp_.OnMessage(this, message, arrival);
}

void InFlightExchange::OnClosed(const net::TcpClosed& closed) {
  runner->tcp_.OnClosed(this, closed);
}

}  // namespace exporter
