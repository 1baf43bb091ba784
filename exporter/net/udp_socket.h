// UdpSocket: one unconnected, non-blocking UDP socket for any number of peers, in batches of 64
// per system call and without an allocation per packet. Used by one engine on its thread.
// udp-encap: the non-ESP marker (RFC 3948 section 2.2) is put before and taken off every message.
// Sending queues; Flush sends. Spans handed out die with the next call of the same function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "exporter/net/address.h"
#include "exporter/net/datagram.h"
#include "probes/base/bytes.h"
#include "probes/base/ip_address.h"

namespace exporter::net {

struct UdpOptions {
  bool udp_encap = false;
  bool local_address = false;  // fill Datagram::local: costs a little per packet
  int receive_buffer_bytes = 8 << 20;
  int send_buffer_bytes = 1 << 20;
};

struct SocketError {
  int error;  // errno
  std::string text;
};

class UdpSocket {
 public:
  static constexpr size_t kBatch = 64;
  static constexpr size_t kSendBytes = 2048;      // a longer message goes out alone, unbatched
  static constexpr size_t kReceiveBytes = 65536;  // more than any datagram holds
  static constexpr int kPrefetchStages = 4;

  // `local.address` none = any of `family` (which is not kAny); `local.port` 0 = ephemeral.
  static tl::expected<std::unique_ptr<UdpSocket>, SocketError> Open(IpFamily family,
                                                                    const ike::Endpoint& local,
                                                                    const UdpOptions& options);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const;
  uint16_t local_port() const;

  // Copies and queues; a full queue is flushed by itself. False: the socket's buffer is full and
  // nothing was queued; try again next tick.
  bool Send(const UdpMessage& message);
  // Sends what is queued. Returns what could not be sent since the last Flush, valid until the
  // next Send. Messages that only met a full buffer stay queued.
  std::span<const SendFailure> Flush();
  size_t queued() const;

  // Calls handle(const Datagram&) for what has arrived, at most about `max`, and returns how many
  // were taken from the socket: fewer than `max` = it is drained. Before, for all datagrams of a
  // batch, expect(index, ByteSpan, stage) in kPrefetchStages rounds: to bring what they concern
  // towards the cache, which for many at once takes no longer than for one.
  template <typename Handle, typename Expect>
  size_t Receive(Handle&& handle, Expect&& expect, size_t max) {
    size_t total = 0;
    while (total < max) {
      const size_t count = ReadBatch();
      for (int stage = 0; stage < kPrefetchStages; ++stage) {
        for (size_t i = 0; i < count; ++i) expect(i, BytesAt(i), stage);
      }
      for (size_t i = 0; i < count; ++i) {
        if (const Datagram* datagram = DatagramAt(i)) handle(*datagram);
      }
      total += count;
      if (count < kBatch) break;
    }
    return total;
  }

  template <typename Handle>
  size_t Receive(Handle&& handle, size_t max) {
    return Receive(
        std::forward<Handle>(handle), [](size_t, ike::ByteSpan, int) {}, max);
  }

  // Whether a call has met the error of an earlier packet, so that ReadErrors has work.
  bool has_errors();
  // Calls handle(const IcmpError&) for at most `max` pending errors; returns how many.
  template <typename Handle>
  size_t ReadErrors(Handle&& handle, size_t max) {
    for (size_t count = 0; count < max; ++count) {
      const IcmpError* error = NextError();
      if (error == nullptr) return count;
      handle(*error);
    }
    return max;
  }

  // Datagrams that the kernel dropped because the receive buffer was full, since Open.
  uint64_t drops();
  // How many 500-byte datagrams the receive buffer holds: the limit of what may be in flight.
  size_t receive_capacity() const;

 private:
  struct State;
  explicit UdpSocket(std::unique_ptr<State> state);
  size_t ReadBatch();
  ike::ByteSpan BytesAt(size_t index) const;  // without the marker, if there is one
  const Datagram* DatagramAt(size_t index);   // null: a keepalive, nothing to see
  const IcmpError* NextError();

  std::unique_ptr<State> state_;
};

}  // namespace exporter::net
