// InFlightExchange: one exchange from its start to its end, with what the runner, its launch queue
// and its transports keep of it. Owned by an ExchangeRunner, used on its thread.
#pragma once

#include <cstdint>
#include <memory>

#include "exporter/limits/per_address_queue.h"
#include "exporter/net/tcp_channel.h"
#include "exporter/net/timer_wheel.h"
#include "exporter/net/udp_socket.h"
#include "exporter/transport/exchanger.h"
#include "exporter/transport/handle_table.h"

namespace exporter {

class ExchangeRunner;
class LaunchQueue;

enum class Phase : uint8_t {
  kAwaitsAddress,     // other exchanges are under way there, see PerAddressQueue
  kAwaitsNetwork,     // see NetworkPacer
  kQueued,            // for the PacketPacer
  kAwaitsConnection,  // for one of those that may be open
  kConnecting,
  kRunning,
  kOver,
};

struct InFlightExchange final : net::Timer, net::TcpHandler, PerAddressQueue::Node {
  explicit InFlightExchange(ExchangeRunner* its_runner) : runner(its_runner) {}

  // What changes between the start and the end.
  struct Progress {
    Phase phase = Phase::kAwaitsAddress;
    bool began = false;        // `exchange` is this one's
    bool reported = false;     // its silence; it listens for what comes yet
    bool reconnected = false;  // TCP: a second connection was made
    bool awaited = false;      // an answer to its last datagram counts as in flight
    bool repeats = false;      // its network's turn is taken for a retransmission
    bool unsent = false;       // the socket's buffer was full: to be sent again next tick
  };

  void Begin(ExchangeJob its_job, ExchangeHandler* its_handler, Trace* its_trace,
             ike::TimePoint now) {
    job = std::move(its_job);
    handler = its_handler;
    trace = its_trace;
    started = now;
    progress = {};
  }

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
  uint32_t packets_sent() const { return progress.began ? exchange.packets_sent() : 0; }
  bool over() const { return progress.phase == Phase::kOver; }
  bool answered() const { return progress.began && exchange.answered(); }
  // In a queue of pointers, which is to drop it before it can be released.
  bool queued() const {
    return progress.phase == Phase::kQueued || progress.phase == Phase::kAwaitsConnection;
  }

  LaunchQueue* queue() const;

  void OnTimer(ike::TimePoint now) override;
  void OnConnected() override;
  void OnMessage(ike::ByteSpan message, ike::TimePoint arrival) override;
  void OnClosed(const net::TcpClosed& closed) override;

  ExchangeRunner* const runner;
  uint32_t index = 0;       // in the runner's table, while it is in use
  uint32_t generation = 0;  // of that use; part of the handle
  ike::Exchange exchange;
  ike::Outcome failed;  // where no exchange ever began
  ExchangeJob job;
  ExchangeHandler* handler = nullptr;  // null once it is cancelled
  Trace* trace = nullptr;
  net::UdpSocket* socket = nullptr;
  std::unique_ptr<net::TcpChannel> channel;
  ike::IpAddress source;
  ike::TimePoint started;    // its timeout counts from here
  ike::TimePoint queued_at;  // when it began to wait for the pace
  ike::TimePoint sent_at;    // its last datagram
  Progress progress;
};

}  // namespace exporter
