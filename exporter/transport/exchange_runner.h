// ExchangeRunner: the Exchanger over real sockets, a few of UDP (see UdpLines) whatever the number
// of peers; replies are found by SPI in O(1) and count only from the endpoint that was asked; one
// opening at a time goes to each address. Used by one engine on its thread.
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
#include "exporter/transport/held_connections.h"
#include "exporter/transport/key_pool.h"
#include "exporter/transport/peer_notes.h"
#include "exporter/transport/ticket_table.h"
#include "exporter/transport/udp_lines.h"

namespace exporter {

class ExchangeRunner final : public Exchanger {
 public:
  // All outlive the runner. Another runner of the same limits may call its loop until that ends.
  ExchangeRunner(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits);
  ~ExchangeRunner() override;

  void Expect(const ike::IpAddress& remote) override { limits_->gate.Expect(remote); }
  ExchangeTicket Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) override;
  uint32_t Cancel(ExchangeTicket ticket) override;
  bool MayLeaveState() const override { return held_.has_room(); }

  // Reads, fires timers, sends: the owner's OnTick calls it. Returns when it has to be called next.
  ike::TimePoint Tick(ike::TimePoint now);

  void set_packets_per_second(uint32_t rate) { pacer_.set_rate(rate); }
  // Of TCP; further exchanges wait until one is over.
  void set_max_connections(size_t count);

  // See Spares: of the exchanges.
  void BeginPeriod();
  size_t GiveBack(size_t most);

  HeldConnections* held_connections() { return &held_; }
  size_t in_flight() const { return active_.size() + connecting_; }
  uint64_t unmatched_packets() const { return unmatched_; }
  const PaceCounts& delayed_packets() const { return delayed_; }
  // Asks the kernel; where it dropped some, less is in flight for a while.
  uint64_t dropped_packets();

 private:
  struct Flight;

  void EnterGate(Flight* flight);
  void LeaveGate(Flight* flight);
  void OnAdmitted(ExchangeTicket ticket);
  void OnGateTimer(Flight* flight, ike::TimePoint now);
  void AwaitTurn(Flight* flight);
  void Queue(Flight* flight);
  void SendWaiting(ike::TimePoint now);
  void RepeatNext(ike::TimePoint now);
  void LaunchNext(ike::TimePoint now);
  bool MayRepeat(Flight* flight, ike::TimePoint now);
  void Repeat(Flight* flight, ike::TimePoint now);
  void LaunchUnconnected(ike::TimePoint now);
  void Launch(Flight* flight, ike::TimePoint now);
  void LaunchUdp(Flight* flight, ike::TimePoint now);
  void LaunchTcp(Flight* flight);
  bool CanConnect() const { return connections_ + held_.size() < max_connections_; }
  void Disconnect(Flight* flight);
  void HoldOrDisconnect(Flight* flight);
  bool Reconnect(Flight* flight);
  void BeginExchange(Flight* flight, const ike::Endpoint& local, ike::TimePoint now);
  uint64_t FreshSpi();
  void SendMessage(Flight* flight, ike::ByteSpan message, bool retransmission, ike::TimePoint now);

  size_t ReadLine(net::UdpSocket* line);         // how many datagrams came
  Flight* FindFor(ike::ByteSpan message) const;  // by its initiator SPI; null: none of ours
  void Expect(const Flight& flight, int stage) const;
  void OnDatagram(net::UdpSocket* line, const net::Datagram& datagram);
  void OnUnmatched(const net::Datagram& datagram);
  void OnIcmp(net::UdpSocket* line, const net::IcmpError& error);
  void Deliver(Flight* flight, ike::ByteSpan message, ike::TimePoint arrival);
  void OnTcpConnected(Flight* flight);
  void OnTcpClosed(Flight* flight, const net::TcpClosed& closed);
  void OnFlightTimer(Flight* flight, ike::TimePoint now);
  void FlushLines(ike::TimePoint now);
  void Rearm(Flight* flight);
  void FailUnsent(Flight* flight, ike::Reason reason, ike::TimePoint now);
  void Settle(Flight* flight);
  void ReportDone();
  void Report(Flight* flight);
  static bool MayListen(const Flight& flight);
  void Listen(Flight* flight);

  net::EventLoop* const loop_;
  net::RouteCache* const routes_;
  net::RandomPool random_;
  KeyPool keys_;
  net::TimerWheel timers_;
  SharedLimits* const limits_;
  PacketPacer pacer_;
  SpiTable<Flight> active_;
  uint64_t next_spi_ = 0;  // drawn before it is needed: see FreshSpi
  TicketTable<Flight> flights_;
  RingQueue<Flight*> waiting_;           // for the pacer
  RingQueue<ExchangeTicket> repeating_;  // for the pacer, before waiting_
  RingQueue<Flight*> unconnected_;       // for one of max_connections_
  std::vector<Flight*> done_;            // to be reported when the state is consistent
  UdpLines lines_;
  FinishedSpis finished_;
  PeerNotes garbage_;
  PeerNotes errors_;
  uint64_t unmatched_ = 0;
  PaceCounts delayed_{};
  size_t delayed_launches_ = 0;  // at the front of waiting_, counted already
  size_t connecting_ = 0;
  size_t connections_ = 0;
  size_t max_connections_ = SIZE_MAX;
  HeldConnections held_;  // of exchanges that are over
};

}  // namespace exporter
