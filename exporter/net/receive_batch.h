// ReceiveBatch: the receiving half of UdpSocket: what one recvmmsg brings, in preallocated
// buffers. Used by UdpSocket only. It does not own the descriptor.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "exporter/net/receive_clock.h"
#include "exporter/net/udp_socket.h"

namespace exporter::net {

class ReceiveBatch {
 public:
  ReceiveBatch(int fd, bool marked);
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  size_t Read();  // how many datagrams came, at most kBatch
  // Without the marker, if there is one. REQUIRES: index < what Read returned.
  ike::ByteSpan BytesAt(size_t index) const;
  // Null for a NAT keepalive. Valid until the next call. REQUIRES: index < what Read returned.
  const Datagram* At(size_t index);
  // Whether an error about an earlier packet has been met since the last call.
  bool TakeError() { return std::exchange(met_error_, false); }

 private:
  // A time stamp and an address, each with its header and alignment.
  static constexpr size_t kControlBytes = 128;

  struct Slot {
    sockaddr_storage from;
    alignas(cmsghdr) std::array<uint8_t, kControlBytes> control;
  };

  int ReadSome();
  void NoteSizes(size_t count);
  bool Unwrap();

  const int fd_;
  const bool marked_;
  bool met_error_ = false;
  bool has_grown_ = false;            // the last batch holds long datagrams
  std::unique_ptr<uint8_t[]> bytes_;  // of which only the pages that datagrams fill take memory
  std::unique_ptr<Slot[]> slots_;
  std::array<iovec, UdpSocket::kBatch> vectors_{};
  std::array<mmsghdr, UdpSocket::kBatch> headers_{};
  ReceiveClock clock_;
  Datagram datagram_;
};

}  // namespace exporter::net
