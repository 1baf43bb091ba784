// TcpChannel: one TCP connection that carries whole IKE messages, framed as RFC 9329 says or bare.
// Used by the engine on the event loop's thread. It has no deadline of its own: the owner destroys
// it (which closes it) when the time is up, so a peer that dribbles bytes is bounded by that.
// Buffers are bounded to 64 KiB each way. The handler may destroy the channel in any callback.
#pragma once

#include <cstdint>
#include <memory>
#include <tl/expected.hpp>

#include "exporter/net/event_loop.h"
#include "probes/base/bytes.h"
#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter::net {

enum class TcpFraming : uint8_t { kRfc9329, kRaw };

enum class TcpEnd : uint8_t {
  kRefused,      // RST to our SYN
  kUnreachable,  // ICMP, or no route
  kReset,        // after the connection stood
  kEof,          // the peer closed
  kProtocol,     // bytes that cannot be IKE messages, or one that is too long
  kLocal,        // our own system would not: no port, no descriptor, forbidden
  kTimeout,      // the kernel gave up
};

struct TcpClosed {
  TcpEnd end;
  int error;  // errno; 0 for kEof and kProtocol
};

class TcpHandler {
 public:
  virtual ~TcpHandler() = default;
  virtual void OnConnected() {}
  virtual void OnMessage(ike::ByteSpan message, ike::TimePoint arrival) = 0;
  virtual void OnClosed(const TcpClosed& closed) = 0;  // last call; not after destruction
};

struct TcpTarget {
  ike::Endpoint to;
  ike::Endpoint from;  // address none and port 0 = the kernel's choice
  TcpFraming framing = TcpFraming::kRfc9329;
};

class TcpChannel {
 public:
  // Starts connecting. `loop` and `handler` outlive the channel; no callback before the return.
  static tl::expected<std::unique_ptr<TcpChannel>, TcpClosed> Connect(EventLoop* loop,
                                                                      const TcpTarget& target,
                                                                      TcpHandler* handler);
  ~TcpChannel();
  TcpChannel(const TcpChannel&) = delete;
  TcpChannel& operator=(const TcpChannel&) = delete;

  // Sends one bare IKE message, or queues it until the connection stands. False: too much is
  // waiting, or the channel is closed.
  bool Send(ike::ByteSpan message);

  bool is_open() const;
  int fd() const;  // stays its own; negative once it is closed
  // Who hears of it from now on, and outlives it.
  void set_handler(TcpHandler* handler);

  // Our own end of the connection, once OnConnected was called: what NAT detection hashes.
  const ike::Endpoint& local() const;

 private:
  struct State;
  explicit TcpChannel(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the callback that is running, if one is
};

}  // namespace exporter::net
