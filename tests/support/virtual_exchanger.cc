#include "tests/support/virtual_exchanger.h"

#include <algorithm>
#include <utility>

#include "probes/liveness/liveness.h"

namespace exporter::test {
namespace {

// Recognisable in a dump, and never 0.
constexpr uint64_t kFirstSpi = 0x5350490000000000;

}  // namespace

VirtualExchanger::~VirtualExchanger() = default;

VirtualExchanger::Flight* VirtualExchanger::Find(ExchangeTicket ticket) const {
  auto found = std::find_if(flights_.begin(), flights_.end(),
                            [ticket](const auto& flight) { return flight->ticket == ticket; });
  return found == flights_.end() ? nullptr : found->get();
}

ExchangeTicket VirtualExchanger::Start(ExchangeJob job, ExchangeHandler* handler, Trace*) {
  auto flight = std::make_unique<Flight>();
  flight->ticket = ++last_ticket_;
  flight->job = job;
  flight->handler = handler;
  flights_.push_back(std::move(flight));
  if (keeps_jobs_) jobs_.push_back(std::move(job));
  return last_ticket_;
}

uint32_t VirtualExchanger::Cancel(ExchangeTicket ticket) {
  const Flight* flight = Find(ticket);
  if (flight == nullptr) return 0;
  const uint32_t sent = flight->began ? flight->exchange.packets_sent() : 0;
  std::erase_if(flights_, [ticket](const auto& other) { return other->ticket == ticket; });
  return sent;
}

void VirtualExchanger::Sent(const Flight& flight, ike::ByteSpan message) {
  if (message.empty()) return;
  // A copy: the peer may deliver an answer, which makes the exchange write another message there.
  const ike::Bytes copy(message.begin(), message.end());
  peer_->OnSent(flight.ticket, flight.job, copy);
}

void VirtualExchanger::Begin(Flight* flight) {
  flight->began = true;
  ike::ExchangeSeed seed;
  seed.initiator_spi = kFirstSpi + flight->ticket;
  seed.nonce.fill(static_cast<uint8_t>(flight->ticket));
  seed.local = {ike::IpAddress::V4(127, 0, 0, 1), 40000};
  seed.remote = flight->job.remote;
  const ike::ExchangeTiming timing{
      now_, now_ + flight->job.timeout,
      std::max<ike::Duration>(std::chrono::seconds(1), 2 * flight->job.last_rtt)};
  Sent(*flight,
       flight->exchange.Begin(*flight->job.opening, {shares_, flight->job.ke_group}, seed, timing));
}

VirtualExchanger::Flight* VirtualExchanger::NextDone() const {
  for (const auto& flight : flights_) {
    if (flight->began && flight->exchange.done()) return flight.get();
  }
  return nullptr;
}

void VirtualExchanger::Turn() {
  for (bool more = true; more;) {
    more = false;
    // By index: a handler may start another exchange, which goes to the end.
    for (size_t i = 0; i < flights_.size(); ++i) {
      Flight* flight = flights_[i].get();
      if (!flight->began) Begin(flight);
      if (!flight->exchange.done() && flight->exchange.NextTimer() <= now_) {
        Sent(*flight, flight->exchange.OnTimer(now_));
      }
    }
    if (Flight* done = NextDone()) {
      more = true;
      Report(done);
    }
  }
}

// Goes on to listen after silence. The handler may cancel it.
void VirtualExchanger::Report(Flight* flight) {
  const ike::Outcome outcome = flight->exchange.outcome();
  const ExchangeTicket ticket = flight->ticket;
  ExchangeHandler* handler = flight->handler;
  const bool listens = !flight->late && flight->job.listening > ike::Duration::zero() &&
                       !ike::IsTcp(flight->job.transport) && ike::IsSilence(outcome);
  if (!listens) {
    const bool late = flight->late;
    Cancel(ticket);
    if (!late) return handler->OnExchangeDone(outcome);
    if (outcome.answered()) handler->OnLateAnswer(ticket, outcome);
    return;
  }
  flight->late = true;
  flight->exchange.Listen(now_ + flight->job.listening);
  handler->OnExchangeDone(outcome);
}

ike::TimePoint VirtualExchanger::NextTurn() const {
  ike::TimePoint next = ike::TimePoint::max();
  for (const auto& flight : flights_) {
    const bool waits = !flight->began || flight->exchange.done();
    next = std::min(next, waits ? now_ : flight->exchange.NextTimer());
  }
  return next;
}

void VirtualExchanger::Deliver(ExchangeTicket ticket, ike::ByteSpan message) {
  Flight* flight = Find(ticket);
  if (flight != nullptr) Sent(*flight, flight->exchange.OnMessage(message, now_));
}

void VirtualExchanger::Unreachable(ExchangeTicket ticket) {
  if (Flight* flight = Find(ticket)) flight->exchange.OnUnreachable(now_);
}

void VirtualExchanger::FailSend(ExchangeTicket ticket) {
  if (Flight* flight = Find(ticket)) flight->exchange.OnSendFailed(now_);
}

void VirtualExchanger::NoteGarbage(ExchangeTicket ticket) {
  if (Flight* flight = Find(ticket)) flight->exchange.NoteGarbage();
}

void VirtualExchanger::NoteError(ExchangeTicket ticket) {
  if (Flight* flight = Find(ticket)) flight->exchange.NoteUnattributedError();
}

std::vector<ExchangeTicket> VirtualExchanger::Active() const {
  std::vector<ExchangeTicket> active;
  for (const auto& flight : flights_) active.push_back(flight->ticket);
  return active;
}

uint64_t VirtualExchanger::SpiOf(ExchangeTicket ticket) const {
  const Flight* flight = Find(ticket);
  return flight == nullptr ? 0 : flight->exchange.initiator_spi();
}

}  // namespace exporter::test
