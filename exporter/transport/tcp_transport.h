// TcpTransport: the connections of a runner's exchanges, one each (RFC 9329, and without its
// framing), and how many may be open. Used by an ExchangeRunner on its thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "exporter/base/ring_queue.h"
#include "exporter/limits/half_open_budget.h"
#include "exporter/net/event_loop.h"
#include "exporter/transport/held_connections.h"
#include "exporter/transport/in_flight_exchange.h"

namespace exporter {

class TcpTransport {
 public:
  class Owner {
   public:
    // The connection stands: a first one, or another one in place of that which was closed.
    virtual void OnConnected(InFlightExchange* flight, const ike::Endpoint& local) = 0;
    virtual void OnMessage(InFlightExchange* flight, ike::ByteSpan message,
                           ike::TimePoint arrival) = 0;
    // The exchange has no connection any more.
    virtual void OnClosed(InFlightExchange* flight, const net::TcpClosed& closed) = 0;

   protected:
    ~Owner() = default;
  };

  // All outlive it.
  TcpTransport(net::EventLoop* loop, HalfOpenBudget* budget, Owner* owner);

  // Further exchanges wait until one is over.
  void set_max_connections(size_t count);

  // Connects, until the exchange's time is up. False: it waits for one of the others.
  bool Launch(InFlightExchange* flight);
  // One that waits no longer, in their order; it may be over already. Null: there is none.
  InFlightExchange* NextWaiting();
  // Whether the peer, which closed, is connected to once more: it had asked for another message, as
  // libreswan does with INVALID_KE_PAYLOAD. There is no third connection.
  bool Reconnect(InFlightExchange* flight);
  // The exchange is over, its connection not always.
  void Release(InFlightExchange* flight);

  // Of the exchange's channel.
  void OnConnected(InFlightExchange* flight);
  void OnMessage(InFlightExchange* flight, ike::ByteSpan message, ike::TimePoint arrival);
  void OnClosed(InFlightExchange* flight, const net::TcpClosed& closed);

  HeldConnections* held() { return &held_; }
  const HeldConnections& held() const { return held_; }

 private:
  bool has_room() const { return open_ + held_.size() < max_connections_; }
  void Connect(InFlightExchange* flight);
  void Disconnect(InFlightExchange* flight);

  net::EventLoop* const loop_;
  Owner* const owner_;
  RingQueue<InFlightExchange*> waiting_;
  size_t open_ = 0;
  size_t max_connections_ = SIZE_MAX;
  HeldConnections held_;  // of exchanges that are over
};

}  // namespace exporter
