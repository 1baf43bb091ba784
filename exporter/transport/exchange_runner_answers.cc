// Which exchange of an ExchangeRunner a datagram belongs to, also one whose silence has been told,
// and what is made of those that belong to none.
#include "exporter/transport/exchange_runner.h"
#include "exporter/transport/in_flight_exchange.h"
#include "probes/exchange/ikev1_answer.h"
#include "probes/liveness/liveness.h"
#include "probes/wire/payload_chain.h"

namespace exporter {
namespace {

uint64_t SpiOf(ike::ByteSpan message) { return ike::Reader(message).U64(); }

}  // namespace

ExchangeRunner::InFlightExchange* ExchangeRunner::FindFor(ike::ByteSpan message) const {
  if (message.size() < sizeof(uint64_t)) return nullptr;
  if (InFlightExchange* flight = active_.Find(SpiOf(message))) return flight;
  const uint64_t cookie = ike::CookieInNotify(message);
  return cookie == 0 ? nullptr : active_.Find(cookie);
}

void ExchangeRunner::OnDatagram(net::UdpSocket* socket, const net::Datagram& datagram) {
  InFlightExchange* flight = datagram.unmarked ? nullptr : FindFor(datagram.bytes);
  bool ours = flight != nullptr && flight->socket == socket &&
              flight->job.remote.port == datagram.from.port &&
              flight->job.remote.address.octets == datagram.from.address.octets;
  if (!ours) return OnUnmatched(datagram);
  Deliver(flight, datagram.bytes, datagram.arrival);
}

// What follows an exchange that is over, and any IKE that is well-formed, shows no other service.
void ExchangeRunner::OnUnmatched(const net::Datagram& datagram) {
  const bool has_spi = !datagram.unmarked && datagram.bytes.size() >= sizeof(uint64_t);
  if (has_spi && finished_.Holds(SpiOf(datagram.bytes), datagram.from)) return;
  ++unmatched_;
  if (datagram.unmarked || !ike::wire::IsWellFormed(datagram.bytes)) {
    garbage_.Note(datagram.from, loop_->now());
  }
}

void ExchangeRunner::Report(InFlightExchange* flight) {
  if (!flight->late) {
    flight->handler->OnExchangeDone(flight->began ? flight->exchange.outcome() : flight->failed);
  } else if (flight->exchange.answered()) {
    flight->handler->OnLateAnswer(flight->handle(), flight->exchange.outcome());
  }
}

// Met silence, and is to be heard of should it be answered yet.
bool ExchangeRunner::MayListen(const InFlightExchange& flight) {
  return flight.began && !flight.late && flight.job.listening > ike::Duration::zero() &&
         !ike::IsTcp(flight.job.transport) && ike::IsSilence(flight.exchange.outcome());
}

void ExchangeRunner::Listen(InFlightExchange* flight) {
  flight->late = true;
  flight->settled = false;
  flight->exchange.Listen(flight->deadline() + flight->job.listening);
  active_.Insert(flight->exchange.initiator_spi(), flight);
  Rearm(flight);
}

}  // namespace exporter
