// LaunchQueue: what an exchange waits for before it sends: the others at its address, its network's
// turn, and the packet pacer. Retransmissions wait for the last two, and go first. Used by an
// ExchangeRunner on its thread.
#pragma once

#include <cstddef>

#include "exporter/base/ring_queue.h"
#include "exporter/limits/pace.h"
#include "exporter/limits/packet_pacer.h"
#include "exporter/limits/shared_limits.h"
#include "exporter/net/event_loop.h"
#include "exporter/transport/in_flight_exchange.h"

namespace exporter {

class LaunchQueue {
 public:
  // All outlive it. The queue of another thread, of the same limits, posts to `loop`.
  LaunchQueue(net::EventLoop* loop, SharedLimits* limits, PacketPacer* pacer,
              const HandleTable<InFlightExchange>* flights);

  // A new exchange. While it awaits its address or network its timer is the queue's.
  void Enter(InFlightExchange* flight);
  void OnTimer(InFlightExchange* flight, ike::TimePoint now);
  // It is over: the next one of its address may go.
  void Leave(InFlightExchange* flight);

  // Those whose turn it is, which may be over already; null: no more may be sent now.
  InFlightExchange* NextLaunch();
  InFlightExchange* NextRetransmission();
  // Whether it may be repeated at once. Otherwise its turn comes, unless its time is up before.
  bool MayRepeat(InFlightExchange* flight, ike::TimePoint now);

  // Counts those that a tick leaves behind.
  void CountDelayed();
  bool empty() const { return launches_.empty() && retransmissions_.empty(); }
  const PaceCounts& delayed() const { return delayed_; }

 private:
  void OnAdmitted(ExchangeHandle handle);
  void AwaitNetwork(InFlightExchange* flight);
  void Queue(InFlightExchange* flight);

  net::EventLoop* const loop_;
  SharedLimits* const limits_;
  PacketPacer* const pacer_;
  const HandleTable<InFlightExchange>* const flights_;
  RingQueue<InFlightExchange*> launches_;
  RingQueue<ExchangeHandle> retransmissions_;
  size_t counted_ = 0;  // at the front of launches_
  PaceCounts delayed_{};
};

}  // namespace exporter
