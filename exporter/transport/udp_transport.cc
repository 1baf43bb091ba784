#include "exporter/transport/udp_transport.h"

#include <array>
#include <cerrno>

#include "probes/base/prefetch.h"
#include "probes/exchange/ikev1_answer.h"
#include "probes/wire/payload_chain.h"

namespace exporter {
namespace {

constexpr size_t kReadAtOnce = 4096;
constexpr size_t kErrorsAtOnce = 256;
constexpr size_t kHandlerBytes = 256;  // what is asked for of a handler before it is called

uint64_t SpiOf(ike::ByteSpan message) { return ike::Reader(message).U64(); }

tl::expected<ike::IpAddress, int> SourceFor(const ExchangeJob& job, ike::TimePoint now,
                                            net::RouteCache* routes) {
  if (!job.source.empty()) return job.source;
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

}  // namespace

UdpTransport::UdpTransport(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits,
                           PacketPacer* pacer, const SpiTable<InFlightExchange>* active,
                           Owner* owner)
    : loop_(loop),
      routes_(routes),
      limits_(limits),
      active_(active),
      owner_(owner),
      sockets_(loop, pacer) {}

tl::expected<ike::Endpoint, int> UdpTransport::Bind(InFlightExchange* flight, ike::TimePoint now) {
  const auto source = SourceFor(flight->job, now, routes_);
  if (!source) return tl::make_unexpected(source.error());
  const auto socket = sockets_.For(flight->job);
  if (!socket) return tl::make_unexpected(socket.error());
  flight->source = *source;
  flight->socket = *socket;
  return ike::Endpoint{*source, (*socket)->local_port()};
}

bool UdpTransport::Send(InFlightExchange* flight, ike::ByteSpan message) {
  return flight->socket->Send(
      {flight->job.remote, flight->source, message, flight->exchange.initiator_spi()});
}

void UdpTransport::Flush() {
  for (const auto& [key, socket] : sockets_.all()) {
    for (const net::SendFailure& failure : socket.socket->Flush()) {
      InFlightExchange* flight = active_->Find(failure.tag);
      if (flight == nullptr || flight->over()) continue;
      ForgetRoute(flight->job);
      owner_->OnSendFailed(flight, SendErrorOf(flight->job, failure.error));
    }
  }
}

void UdpTransport::Read() {
  for (auto& [key, socket] : sockets_.all()) {
    sockets_.NoteRead(&socket, ReadSocket(socket.socket.get()));
  }
}

size_t UdpTransport::ReadSocket(net::UdpSocket* socket) {
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
    owner_->OnBatch();
  }
  if (!socket->has_errors()) return read;
  socket->ReadErrors([&](const net::IcmpError& error) { OnIcmp(socket, error); }, kErrorsAtOnce);
  return read;
}

// Each stage reads what the one before asked for.
void UdpTransport::Prefetch(const InFlightExchange& flight, int stage) const {
  if (stage == 0) ike::Prefetch(&flight, sizeof flight);
  if (stage == 1) {
    flight.exchange.Prefetch();
    ike::Prefetch(flight.handler, kHandlerBytes);
    limits_->addresses.Prefetch(flight.job.remote.address);
  }
  if (stage >= 2) flight.handler->PrefetchExchangeDone(stage - 2);
}

InFlightExchange* UdpTransport::FindFor(ike::ByteSpan message) const {
  if (message.size() < sizeof(uint64_t)) return nullptr;
  if (InFlightExchange* flight = active_->Find(SpiOf(message))) return flight;
  const uint64_t cookie = ike::CookieInNotify(message);
  return cookie == 0 ? nullptr : active_->Find(cookie);
}

void UdpTransport::OnDatagram(net::UdpSocket* socket, const net::Datagram& datagram) {
  InFlightExchange* flight = datagram.unmarked ? nullptr : FindFor(datagram.bytes);
  const bool ours = flight != nullptr && flight->socket == socket &&
                    flight->job.remote.port == datagram.from.port &&
                    flight->job.remote.address.octets == datagram.from.address.octets;
  if (!ours) return OnUnmatched(datagram);
  owner_->OnMessage(flight, datagram.bytes, datagram.arrival);
}

// What follows an exchange that is over, and any IKE that is well-formed, shows no other service.
void UdpTransport::OnUnmatched(const net::Datagram& datagram) {
  const bool has_spi = !datagram.unmarked && datagram.bytes.size() >= sizeof(uint64_t);
  if (has_spi && finished_.Holds(SpiOf(datagram.bytes), datagram.from)) return;
  ++unmatched_;
  if (datagram.unmarked || !ike::wire::IsWellFormed(datagram.bytes)) {
    garbage_.Note(datagram.from, loop_->now());
  }
}

void UdpTransport::OnIcmp(net::UdpSocket* socket, const net::IcmpError& error) {
  if (error.error == EMSGSIZE) return;  // the kernel sends fragments from now on
  InFlightExchange* flight = FindFor(error.quoted);
  routes_->Forget(error.destination.address);
  const bool ours =
      flight != nullptr && flight->socket == socket && flight->job.remote == error.destination;
  if (!ours) return errors_.Note(error.destination, loop_->now());
  ForgetRoute(flight->job);
  owner_->OnUnreachable(flight);
}

void UdpTransport::ForgetRoute(const ExchangeJob& job) {
  if (job.route != nullptr) *job.route = {};
  routes_->Forget(job.remote.address);
}

void UdpTransport::Forget(const InFlightExchange& flight) {
  finished_.Note(flight.exchange.initiator_spi(), flight.job.remote);
}

void UdpTransport::AddHints(InFlightExchange* flight) const {
  if (garbage_.Since(flight->job.remote, flight->started)) flight->exchange.NoteGarbage();
  if (errors_.Since(flight->job.remote, flight->started)) {
    flight->exchange.NoteUnattributedError();
  }
}

}  // namespace exporter
