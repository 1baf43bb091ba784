// ExchangeRunner: the Exchanger over real sockets, a few of UDP (see UdpSocketPool) whatever the
// number of peers; replies are found by SPI in O(1) and count only from the endpoint that was
// asked; one opening at a time goes to each address. Used by one engine on its thread.
#pragma once

#include <cstdint>
#include <vector>

#include "exporter/base/ring_queue.h"
#include "exporter/base/spi_table.h"
#include "exporter/limits/packet_pacer.h"
#include "exporter/limits/shared_limits.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/random.h"
#include "exporter/net/route.h"
#include "exporter/net/tcp_channel.h"
#include "exporter/net/timer_wheel.h"
#include "exporter/transport/exchanger.h"
#include "exporter/transport/finished_spis.h"
#include "exporter/transport/handle_table.h"
#include "exporter/transport/held_connections.h"
#include "exporter/transport/key_pool.h"
#include "exporter/transport/recent_peer_cache.h"
#include "exporter/transport/udp_socket_pool.h"

namespace exporter {

class ExchangeRunner final : public Exchanger {
 public:
  // All outlive the runner. Another runner of the same limits may call its loop until that ends.
  ExchangeRunner(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits);
  ~ExchangeRunner() override;

  void Prefetch(const ike::IpAddress& remote) override { limits_->addresses.Prefetch(remote); }
  ExchangeHandle Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) override;
  uint32_t Cancel(ExchangeHandle handle) override;
  bool MayLeaveState() const override { return held_.has_room(); }

  // Reads, fires timers, sends: the owner's OnTick calls it. Returns when it has to be called next.
  ike::TimePoint Tick(ike::TimePoint now);

  void set_packets_per_second(uint32_t rate) { pacer_.set_rate(rate); }
  // Of TCP; further exchanges wait until one is over.
  void set_max_connections(size_t count);

  // See FreeList: of the exchanges.
  void BeginPeriod();
  size_t Trim(size_t most);

  HeldConnections* held_connections() { return &held_; }
  size_t in_flight() const { return active_.size() + connecting_; }
  uint64_t unmatched_packets() const { return unmatched_; }
  const PaceCounts& delayed_packets() const { return delayed_; }
  // Asks the kernel; where it dropped some, less is in flight for a while.
  uint64_t dropped_packets();

 private:
  struct InFlightExchange;

  void AwaitAddress(InFlightExchange* flight);
  void LeaveAddress(InFlightExchange* flight);
  void OnAdmitted(ExchangeHandle handle);
  void OnAddressTimer(InFlightExchange* flight, ike::TimePoint now);
  void AwaitTurn(InFlightExchange* flight);
  void Queue(InFlightExchange* flight);
  void SendWaiting(ike::TimePoint now);
  void RepeatNext(ike::TimePoint now);
  void LaunchNext(ike::TimePoint now);
  bool MayRepeat(InFlightExchange* flight, ike::TimePoint now);
  void Repeat(InFlightExchange* flight, ike::TimePoint now);
  void LaunchUnconnected(ike::TimePoint now);
  void Launch(InFlightExchange* flight, ike::TimePoint now);
  void LaunchUdp(InFlightExchange* flight, ike::TimePoint now);
  void LaunchTcp(InFlightExchange* flight);
  bool CanConnect() const { return connections_ + held_.size() < max_connections_; }
  void Disconnect(InFlightExchange* flight);
  void HoldOrDisconnect(InFlightExchange* flight);
  bool Reconnect(InFlightExchange* flight);
  void BeginExchange(InFlightExchange* flight, const ike::Endpoint& local, ike::TimePoint now);
  uint64_t FreshSpi();
  void SendMessage(InFlightExchange* flight, ike::ByteSpan message, bool retransmission,
                   ike::TimePoint now);

  size_t ReadSocket(net::UdpSocket* socket);  // how many datagrams came
  InFlightExchange* FindFor(
      ike::ByteSpan message) const;  // by its initiator SPI; null: none of ours
  void Prefetch(const InFlightExchange& flight, int stage) const;
  void OnDatagram(net::UdpSocket* socket, const net::Datagram& datagram);
  void OnUnmatched(const net::Datagram& datagram);
  void OnIcmp(net::UdpSocket* socket, const net::IcmpError& error);
  void Deliver(InFlightExchange* flight, ike::ByteSpan message, ike::TimePoint arrival);
  void OnTcpConnected(InFlightExchange* flight);
  void OnTcpClosed(InFlightExchange* flight, const net::TcpClosed& closed);
  void OnExchangeTimer(InFlightExchange* flight, ike::TimePoint now);
  void FlushSockets(ike::TimePoint now);
  void Rearm(InFlightExchange* flight);
  void FailUnsent(InFlightExchange* flight, ike::Reason reason, int error, ike::TimePoint now);
  void Settle(InFlightExchange* flight);
  void ReportDone();
  void Report(InFlightExchange* flight);
  static bool MayListen(const InFlightExchange& flight);
  void Listen(InFlightExchange* flight);

  net::EventLoop* const loop_;
  net::RouteCache* const routes_;
  net::RandomPool random_;
  KeyPool keys_;
  net::TimerWheel timers_;
  SharedLimits* const limits_;
  PacketPacer pacer_;
  SpiTable<InFlightExchange> active_;
  uint64_t next_spi_ = 0;  // drawn before it is needed: see FreshSpi
  HandleTable<InFlightExchange> flights_;
  RingQueue<InFlightExchange*> waiting_;      // for the pacer
  RingQueue<ExchangeHandle> repeating_;       // for the pacer, before waiting_
  RingQueue<InFlightExchange*> unconnected_;  // for one of max_connections_
  std::vector<InFlightExchange*> done_;       // to be reported when the state is consistent
  UdpSocketPool sockets_;
  FinishedSpis finished_;
  RecentPeerCache garbage_;
  RecentPeerCache errors_;
  uint64_t unmatched_ = 0;
  PaceCounts delayed_{};
  size_t delayed_launches_ = 0;  // at the front of waiting_, counted already
  size_t connecting_ = 0;
  size_t connections_ = 0;
  size_t max_connections_ = SIZE_MAX;
  HeldConnections held_;  // of exchanges that are over
};

}  // namespace exporter
