#include "exporter/transport/in_flight_exchange.h"

#include "exporter/transport/tcp_transport.h"

namespace exporter {

void InFlightExchange::OnConnected() { tcp->OnConnected(this); }

void InFlightExchange::OnMessage(ike::ByteSpan message, ike::TimePoint arrival) {
  tcp->OnMessage(this, message, arrival);
}

void InFlightExchange::OnClosed(const net::TcpClosed& closed) { tcp->OnClosed(this, closed); }

}  // namespace exporter
