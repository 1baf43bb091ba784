// One exchange of the ExchangeRunner and the sockets it uses. Of the runner's own files; its
// thread.
#pragma once

#include <memory>

#include "exporter/transport/exchange_runner.h"

namespace exporter {

struct ExchangeRunner::InFlightExchange final : net::TimerNode,
                                                net::TcpHandler,
                                                PerAddressQueue::Node {
  explicit InFlightExchange(ExchangeRunner* owner) : runner(owner) {}

  // Its handle is void once it was released.
  void Clear() {
    Cancel();
    job.opening.reset();
    handler = nullptr;
    trace = nullptr;
    socket = nullptr;
  }

  ExchangeHandle handle() const {
    return HandleTable<InFlightExchange>::HandleOf(index, generation);
  }
  ike::TimePoint deadline() const { return started + job.timeout; }
  uint32_t packets_sent() const { return began ? exchange.packets_sent() : 0; }

  void OnConnected() override { runner->OnTcpConnected(this); }
  void OnMessage(ike::ByteSpan message, ike::TimePoint arrival) override {
    if (began) runner->Deliver(this, message, arrival);
  }
  // Whether the peer may have state that refers to the connection: libreswan 4.10 closes its number
  // once more with that state, whatever it stands for by then, if it saw our close before.
  bool leaves_connection() const {
    if (!channel || !channel->is_open() || !began) return false;
    if (!exchange.done()) return job.may_leave_state;  // cancelled
    const ike::Outcome& outcome = exchange.outcome();
    return outcome.selected() || (job.may_leave_state && !outcome.leaves_no_state());
  }

  void OnClosed(const net::TcpClosed& closed) override { runner->OnTcpClosed(this, closed); }

  ExchangeRunner* const runner;
  uint32_t index = 0;       // in flights_, while it is in use
  uint32_t generation = 0;  // of that use; part of the handle
  ike::Exchange exchange;
  ike::Outcome failed;  // where no exchange ever began
  ExchangeJob job;
  ExchangeHandler* handler = nullptr;
  Trace* trace = nullptr;
  net::UdpSocket* socket = nullptr;
  std::unique_ptr<net::TcpChannel> channel;
  ike::IpAddress source;
  ike::TimePoint started;    // its timeout counts from here
  ike::TimePoint queued_at;  // when it began to wait for the pace
  ike::TimePoint sent_at;    // its last datagram
  bool began = false;
  bool connecting = false;
  bool reconnected = false;
  bool held = false;     // waits for its address
  bool paced = false;    // for its network's turn, before its first message
  bool repeats = false;  // its network's turn is taken for a retransmission
  bool waiting = false;  // in waiting_ or unconnected_
  bool awaited = false;  // an answer to its last datagram counts as in flight
  bool settled = false;
  bool late = false;  // its silence has been told; it listens for what comes yet
  bool cancelled = false;
  bool unsent = false;  // the socket's buffer was full: send again next tick
};

}  // namespace exporter
