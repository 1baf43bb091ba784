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

VirtualExchanger::InFlightExchange* VirtualExchanger::Find(ExchangeHandle handle) const {
  auto found = std::find_if(flights_.begin(), flights_.end(),
                            [handle](const auto& flight) { return flight->handle == handle; });
  return found == flights_.end() ? nullptr : found->get();
}

ExchangeHandle VirtualExchanger::Start(ExchangeJob job, ExchangeHandler* handler, Trace*) {
  auto flight = std::make_unique<InFlightExchange>();
  flight->handle = ++last_ticket_;
  flight->job = job;
  flight->handler = handler;
  flights_.push_back(std::move(flight));
  if (keeps_jobs_) jobs_.push_back(std::move(job));
  return last_ticket_;
}

uint32_t VirtualExchanger::Cancel(ExchangeHandle handle) {
  const InFlightExchange* flight = Find(handle);
  if (flight == nullptr) return 0;
  const uint32_t sent = flight->began ? flight->exchange.packets_sent() : 0;
  std::erase_if(flights_, [handle](const auto& other) { return other->handle == handle; });
  return sent;
}

void VirtualExchanger::Sent(const InFlightExchange& flight, ike::ByteSpan message) {
  if (message.empty()) return;
  // A copy: the peer may deliver an answer, which makes the exchange write another message there.
  const ike::Bytes copy(message.begin(), message.end());
  peer_->OnSent(flight.handle, flight.job, copy);
}

void VirtualExchanger::Begin(InFlightExchange* flight) {
  flight->began = true;
  ike::ExchangeSeed seed;
  seed.initiator_spi = kFirstSpi + flight->handle;
  seed.nonce.fill(static_cast<uint8_t>(flight->handle));
  seed.local = {ike::IpAddress::V4(127, 0, 0, 1), 40000};
  seed.remote = flight->job.remote;
  const ike::ExchangeTiming timing{
      now_, now_ + flight->job.timeout,
      std::max<ike::Duration>(std::chrono::seconds(1), 2 * flight->job.last_rtt)};
  Sent(*flight,
       flight->exchange.Begin(*flight->job.opening, {shares_, flight->job.ke_group}, seed, timing));
}

VirtualExchanger::InFlightExchange* VirtualExchanger::NextDone() const {
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
      InFlightExchange* flight = flights_[i].get();
      if (!flight->began) Begin(flight);
      if (!flight->exchange.done() && flight->exchange.NextTimer() <= now_) {
        Sent(*flight, flight->exchange.OnTimer(now_));
      }
    }
    if (InFlightExchange* done = NextDone()) {
      more = true;
      Report(done);
    }
  }
}

// Goes on to listen after silence. The handler may cancel it.
void VirtualExchanger::Report(InFlightExchange* flight) {
  const ike::Outcome outcome = flight->exchange.outcome();
  const ExchangeHandle handle = flight->handle;
  ExchangeHandler* handler = flight->handler;
  const bool listens = !flight->late && flight->job.listening > ike::Duration::zero() &&
                       !ike::IsTcp(flight->job.transport) && ike::IsSilence(outcome);
  if (!listens) {
    const bool late = flight->late;
    Cancel(handle);
    if (!late) return handler->OnExchangeDone(outcome);
    if (outcome.answered()) handler->OnLateAnswer(handle, outcome);
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

void VirtualExchanger::Deliver(ExchangeHandle handle, ike::ByteSpan message) {
  InFlightExchange* flight = Find(handle);
  if (flight != nullptr) Sent(*flight, flight->exchange.OnMessage(message, now_));
}

void VirtualExchanger::Unreachable(ExchangeHandle handle) {
  if (InFlightExchange* flight = Find(handle)) flight->exchange.OnUnreachable(now_);
}

void VirtualExchanger::FailSend(ExchangeHandle handle) {
  if (InFlightExchange* flight = Find(handle)) flight->exchange.OnSendFailed(EPERM, now_);
}

void VirtualExchanger::NoteGarbage(ExchangeHandle handle) {
  if (InFlightExchange* flight = Find(handle)) flight->exchange.NoteGarbage();
}

void VirtualExchanger::NoteError(ExchangeHandle handle) {
  if (InFlightExchange* flight = Find(handle)) flight->exchange.NoteUnattributedError();
}

std::vector<ExchangeHandle> VirtualExchanger::Active() const {
  std::vector<ExchangeHandle> active;
  for (const auto& flight : flights_) active.push_back(flight->handle);
  return active;
}

uint64_t VirtualExchanger::SpiOf(ExchangeHandle handle) const {
  const InFlightExchange* flight = Find(handle);
  return flight == nullptr ? 0 : flight->exchange.initiator_spi();
}

}  // namespace exporter::test
