// ExchangeRunner: the Exchanger over real sockets. An exchange waits in the LaunchQueue, is carried
// by the UdpTransport or the TcpTransport, and is reported when it is over. Used by one engine on
// its thread.
#pragma once

#include <cstdint>
#include <vector>

#include "exporter/base/spi_table.h"
#include "exporter/limits/packet_pacer.h"
#include "exporter/limits/shared_limits.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/random.h"
#include "exporter/net/route.h"
#include "exporter/transport/exchanger.h"
#include "exporter/transport/in_flight_exchange.h"
#include "exporter/transport/key_pool.h"
#include "exporter/transport/launch_queue.h"
#include "exporter/transport/tcp_transport.h"
#include "exporter/transport/udp_transport.h"

namespace exporter {

class ExchangeRunner final : public Exchanger,
                             private UdpTransport::Owner,
                             private TcpTransport::Owner {
 public:
  // All outlive the runner. Another runner of the same limits may call its loop until that ends.
  ExchangeRunner(net::EventLoop* loop, net::RouteCache* routes, SharedLimits* limits);
  ~ExchangeRunner() override;

  void Prefetch(const ike::IpAddress& remote) override { limits_->addresses.Prefetch(remote); }
  ExchangeHandle Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) override;
  uint32_t Cancel(ExchangeHandle handle) override;
  bool MayLeaveState() const override { return tcp_.held().has_room(); }

  // Of a turn of the loop: reads, before the timers fire; and launches, sends and reports after
  // that. Tick returns when it has to be called next, whatever happens.
  void Read(ike::TimePoint now);
  ike::TimePoint Tick(ike::TimePoint now);

  void set_packets_per_second(uint32_t rate) { pacer_.set_rate(rate); }
  void set_max_connections(size_t count) { tcp_.set_max_connections(count); }

  // See FreeList: of the exchanges.
  void BeginPeriod() { flights_.free_list()->BeginPeriod(); }
  size_t Trim(size_t most) { return flights_.free_list()->Trim(most); }

  size_t in_flight() const { return active_.size(); }  // an answer would find them
  HeldConnections* held_connections() { return tcp_.held(); }
  uint64_t unmatched_packets() const { return udp_.unmatched_packets(); }
  const PaceCounts& delayed_packets() const { return queue_.delayed(); }
  // Asks the kernel; where it dropped some, less is in flight for a while.
  uint64_t dropped_packets();

 private:
  friend struct InFlightExchange;  // its timer and its connection call back

  void SendWaiting(ike::TimePoint now);
  void Launch(InFlightExchange* flight, ike::TimePoint now);
  void Begin(InFlightExchange* flight, const ike::Endpoint& local, ike::TimePoint now);
  uint64_t FreshSpi();
  // `again`: a retransmission. Where the socket's buffer is full Transmit has to be tried once
  // more.
  void Send(InFlightExchange* flight, ike::ByteSpan message, bool again, ike::TimePoint now);
  void Transmit(InFlightExchange* flight, ike::ByteSpan message, ike::TimePoint now);
  void OnTimer(InFlightExchange* flight, ike::TimePoint now);
  void Repeat(InFlightExchange* flight, ike::TimePoint now);
  void Rearm(InFlightExchange* flight);

  void OnMessage(InFlightExchange* flight, ike::ByteSpan message, ike::TimePoint arrival) override;
  void OnUnreachable(InFlightExchange* flight) override;
  void OnSendFailed(InFlightExchange* flight, int error) override;
  void OnBatch() override { ReportDone(); }
  void OnConnected(InFlightExchange* flight, const ike::Endpoint& local) override;
  void OnClosed(InFlightExchange* flight, const net::TcpClosed& closed) override;

  void FailUnsent(InFlightExchange* flight, ike::Reason reason, int error);
  void Settle(InFlightExchange* flight);
  void ReportDone();
  void Report(InFlightExchange* flight);
  void Listen(InFlightExchange* flight);

  net::EventLoop* const loop_;
  SharedLimits* const limits_;
  net::RandomPool random_;
  KeyPool keys_;
  PacketPacer pacer_;
  SpiTable<InFlightExchange> active_;
  uint64_t next_spi_ = 0;  // drawn before it is needed: see FreshSpi
  HandleTable<InFlightExchange> flights_;
  LaunchQueue queue_;
  UdpTransport udp_;
  TcpTransport tcp_;
  std::vector<InFlightExchange*> done_;  // to be reported when the state is consistent
};

}  // namespace exporter
