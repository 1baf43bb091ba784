// SendQueue: the sending half of UdpSocket: a ring of 64 preallocated messages that one sendmmsg
// empties. Used by UdpSocket only. It does not own the descriptor.
#pragma once

#include <netinet/in.h>  // in6_pktinfo
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "exporter/net/udp_socket.h"

namespace exporter::net {

class SendQueue {
 public:
  // `bound_to`: the socket's own address, which is not pinned with a message.
  SendQueue(int fd, const ike::IpAddress& bound_to, bool marked);
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  bool Push(const UdpMessage& message);
  // Sends what the socket's buffer takes; the rest stays.
  void Flush();
  // The failures since the last call, valid until the next Push.
  std::span<const SendFailure> TakeFailures();
  // Whether an error about an earlier packet may have been met since the last call.
  bool TakeError() { return std::exchange(met_error_, false); }
  size_t size() const { return count_; }

 private:
  static constexpr size_t kMarkerRoom = 4;
  static constexpr size_t kControlBytes = CMSG_SPACE(sizeof(in6_pktinfo));

  // Where a message goes; apart from its bytes, so that those of a batch stay in the first cache.
  struct Head {
    sockaddr_storage to;
    alignas(cmsghdr) std::array<uint8_t, kControlBytes> control;
    uint64_t tag;
  };
  using Room = std::array<uint8_t, kMarkerRoom + UdpSocket::kSendBytes>;  // begins with the marker

  void Address(msghdr* header, const UdpMessage& message) const;
  bool SendAlone(const UdpMessage& message);
  bool SendAlone(const msghdr& header, uint64_t tag);
  // Sends what lies in one piece of the ring; false: the socket's buffer is full.
  bool SendBatch();
  // True: try again; false: `error` is the message's own.
  bool WorthAnotherTry(int error);
  void Pop(size_t count);
  void Fail(uint64_t tag, int error);

  const int fd_;
  const ike::IpAddress bound_to_;
  const bool marked_;
  size_t head_ = 0;
  size_t count_ = 0;
  int attempts_ = 0;  // of the message at head_
  bool met_error_ = false;
  std::vector<Head> heads_;
  std::vector<Room> rooms_;
  std::array<iovec, UdpSocket::kBatch> vectors_{};
  std::array<mmsghdr, UdpSocket::kBatch> headers_{};
  std::vector<SendFailure> failures_;
  bool failures_taken_ = false;
};

}  // namespace exporter::net
