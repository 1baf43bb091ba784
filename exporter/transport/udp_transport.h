// UdpTransport: the datagrams of a runner's exchanges, over a few sockets (see UdpSocketPool)
// whatever the number of peers. An answer is found by its SPI in O(1) and counts only from the
// endpoint that was asked; what belongs to no exchange is counted, and remembered as a hint. Used
// by an ExchangeRunner on its thread.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "exporter/base/spi_table.h"
#include "exporter/limits/packet_pacer.h"
#include "exporter/limits/shared_limits.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/route.h"
#include "exporter/transport/finished_spis.h"
#include "exporter/transport/in_flight_exchange.h"
#include "exporter/transport/recent_peer_cache.h"
#include "exporter/transport/udp_socket_pool.h"

namespace exporter {

class UdpTransport {
 public:
  class Owner {
   public:
    virtual void OnMessage(InFlightExchange* flight, ike::ByteSpan message,
                           ike::TimePoint arrival) = 0;
    virtual void OnUnreachable(InFlightExchange* flight) = 0;
    virtual void OnSendFailed(InFlightExchange* flight, int error) = 0;
    // A batch of datagrams was read: what became of their exchanges is still in the cache.
    virtual void OnBatch() = 0;

   protected:
    ~Owner() = default;
  };

  // All outlive it. `active` has every exchange that may be answered.
  UdpTransport(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits,
               PacketPacer* pacer, const SpiTable<InFlightExchange>* active, Owner* owner);

  // Chooses source and socket; returns our endpoint, or the errno.
  tl::expected<ike::Endpoint, int> Bind(InFlightExchange* flight, ike::TimePoint now);
  // Takes the datagram for the next Flush. False: the socket's buffer is full.
  bool Send(InFlightExchange* flight, ike::ByteSpan message);
  void Flush();

  void Read();
  // False: Read has to be called without being asked for.
  bool all_watched() const { return sockets_.all_watched(); }

  // That of an exchange that is over: what follows it is no garbage.
  void Forget(const InFlightExchange& flight);
  // Adds to the exchange what its endpoint sent meanwhile that was no answer.
  void AddHints(InFlightExchange* flight) const;

  uint64_t unmatched_packets() const { return unmatched_; }
  uint64_t dropped_packets() const { return sockets_.drops(); }

 private:
  InFlightExchange* FindFor(ike::ByteSpan message) const;  // null: none of ours
  size_t ReadSocket(net::UdpSocket* socket);               // how many datagrams came
  void Prefetch(const InFlightExchange& flight, int stage) const;
  void OnDatagram(net::UdpSocket* socket, const net::Datagram& datagram);
  void OnUnmatched(const net::Datagram& datagram);
  void OnIcmp(net::UdpSocket* socket, const net::IcmpError& error);
  void ForgetRoute(const ExchangeJob& job);

  net::EventLoop* const loop_;
  net::RouteCache* const routes_;
  SharedLimits* const limits_;
  const SpiTable<InFlightExchange>* const active_;
  Owner* const owner_;
  UdpSocketPool sockets_;
  FinishedSpis finished_;
  RecentPeerCache garbage_;
  RecentPeerCache errors_;
  uint64_t unmatched_ = 0;
};

}  // namespace exporter
