// One exchange of the ExchangeRunner and the sockets it uses. Of the runner's own files; its
// thread.
#pragma once

#include <memory>

#include "exporter/engine/exchange_runner.h"

namespace exporter {

struct ExchangeRunner::Line {
  std::unique_ptr<net::UdpSocket> socket;
};

struct ExchangeRunner::Flight final : net::TimerNode, net::TcpHandler, AddressGate::Node {
  Flight(ExchangeRunner* owner, size_t position)
      : runner(owner), index(static_cast<uint32_t>(position)) {}

  ExchangeTicket ticket() const { return (uint64_t{index} + 1) << 32 | generation; }

  void OnConnected() override { runner->OnTcpConnected(this); }
  void OnMessage(ike::ByteSpan message, ike::TimePoint arrival) override {
    if (began) runner->Deliver(this, message, arrival);
  }
  void OnClosed(const net::TcpClosed& closed) override { runner->OnTcpClosed(this, closed); }

  ExchangeRunner* const runner;
  const uint32_t index;     // in flights_
  uint32_t generation = 0;  // of its use; part of the ticket
  ike::Exchange exchange;
  ike::Outcome failed;  // where no exchange ever began
  ExchangeJob job;
  ExchangeHandler* handler = nullptr;
  Trace* trace = nullptr;
  Line* line = nullptr;
  std::unique_ptr<net::TcpChannel> channel;
  ike::IpAddress source;
  ike::TimePoint started;    // its timeout counts from here
  ike::TimePoint queued_at;  // when it began to wait for the packet rate
  bool began = false;
  bool connecting = false;
  bool reconnected = false;
  bool held = false;     // at the gate
  bool waiting = false;  // in waiting_
  bool settled = false;
  bool cancelled = false;
  bool unsent = false;  // the socket's buffer was full: send again next tick
};

}  // namespace exporter
