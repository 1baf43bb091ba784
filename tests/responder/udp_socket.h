// One UDP socket that takes and sends datagrams in batches and knows which of its addresses each
// was sent to, so that a single socket can answer for a whole network (IP_PKTINFO, IPV6_PKTINFO).
// Used by UdpService on the event loop's thread. Owns its descriptor.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/responder/endpoint.h"

namespace responder {

struct Arrival {
  View bytes;
  Endpoint peer;
  Address local;
  int64_t at = 0;  // monotonic nanoseconds
};

int64_t MonotonicNow();

class UdpSocket {
 public:
  static constexpr size_t kBatch = 64;

  // Binds; port 0 picks one. `timestamps`: arrival times come from the kernel.
  static tl::expected<std::unique_ptr<UdpSocket>, std::string> Open(const Endpoint& local,
                                                                    bool timestamps);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const { return fd_; }
  uint16_t port() const { return port_; }

  // One batch; false when the socket was empty. Views are valid during the call of `take`.
  bool Receive(const std::function<void(const Arrival&)>& take);

  // Copies; sent with the next Flush, or at once when the batch is full.
  void Queue(View bytes, const Endpoint& to, const std::optional<Address>& from);
  void Flush();

 private:
  struct Slots;

  UdpSocket(int fd, const Endpoint& local);

  int fd_;
  Endpoint local_;
  uint16_t port_ = 0;
  std::unique_ptr<Slots> slots_;
};

}  // namespace responder
