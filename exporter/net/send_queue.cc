#include "exporter/net/send_queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "probes/wire/encapsulation.h"

namespace exporter::net {
namespace {

// An ICMP error about an earlier packet, to whomever, waits in the socket and is returned, once,
// by the next call (Linux, with IP_RECVERR); the message at hand was not even tried. More may come
// in between; a message that still fails after these attempts is itself the reason.
constexpr int kAttempts = 4;

constexpr std::array<uint8_t, ike::wire::kNonEspMarkerSize> kMarker{};

bool MayBeOfAnotherPacket(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
         error == EHOSTDOWN || error == ENOPROTOOPT || error == EPROTO || error == EACCES ||
         error == EMSGSIZE || error == EOPNOTSUPP || error == ENONET;
}

// Our own queue was full and dropped the message (Linux says so only with IP_RECVERR). That is a
// packet lost on the way like any other: there will be another copy.
bool IsLoss(int error) { return error == ENOBUFS; }

// Returns where the control message's data is to be written: nowhere else first, since what is
// copied as a whole right after it was written in parts waits for all that was written before.
template <typename Info>
Info* PutControl(msghdr* header, int level, int type) {
  auto* control = static_cast<cmsghdr*>(header->msg_control);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof(Info));
  header->msg_controllen = CMSG_SPACE(sizeof(Info));
  return new (CMSG_DATA(control)) Info{};
}

}  // namespace

SendQueue::SendQueue(int fd, const ike::IpAddress& bound_to, bool marked)
    : fd_(fd),
      bound_to_(bound_to),
      marked_(marked),
      heads_(UdpSocket::kBatch),
      rooms_(UdpSocket::kBatch) {
  for (size_t i = 0; i < UdpSocket::kBatch; ++i) {
    vectors_[i].iov_base = rooms_[i].data() + (marked ? 0 : kMarker.size());
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &heads_[i].to;
    header.msg_control = heads_[i].control.data();
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
  }
  failures_.reserve(UdpSocket::kBatch);
}

// Fills name and control from the message; msg_name and msg_control point to their rooms already.
void SendQueue::Address(msghdr* header, const UdpMessage& message) const {
  header->msg_namelen = ToSockaddr(message.to, static_cast<sockaddr_storage*>(header->msg_name));
  header->msg_controllen = 0;
  if (message.source == bound_to_) return;
  if (message.source.is_v4()) {
    auto* info = PutControl<in_pktinfo>(header, IPPROTO_IP, IP_PKTINFO);
    std::memcpy(&info->ipi_spec_dst, message.source.octets.data(), 4);
  }
  if (message.source.is_v6()) {
    auto* info = PutControl<in6_pktinfo>(header, IPPROTO_IPV6, IPV6_PKTINFO);
    std::memcpy(&info->ipi6_addr, message.source.octets.data(), 16);
    info->ipi6_ifindex = message.to.address.scope_id;
  }
}

bool SendQueue::Push(const UdpMessage& message) {
  if (failures_taken_) failures_.clear();
  failures_taken_ = false;
  if (message.to.address.size != bound_to_.size) {
    Fail(message.tag, EAFNOSUPPORT);
    return true;
  }
  const bool is_large = message.bytes.size() > UdpSocket::kSendBytes;
  if (is_large || count_ == UdpSocket::kBatch) Flush();
  if (is_large) return SendAlone(message);
  if (count_ == UdpSocket::kBatch) return false;

  const size_t index = (head_ + count_++) % UdpSocket::kBatch;
  heads_[index].tag = message.tag;
  std::copy(message.bytes.begin(), message.bytes.end(), rooms_[index].begin() + kMarker.size());
  vectors_[index].iov_len = message.bytes.size() + (marked_ ? kMarker.size() : 0);
  Address(&headers_[index].msg_hdr, message);
  return true;
}

void SendQueue::Flush() {
  while (count_ > 0 && SendBatch()) {
  }
}

bool SendQueue::SendBatch() {
  const size_t run = std::min(count_, UdpSocket::kBatch - head_);
  const int sent = sendmmsg(fd_, &headers_[head_], static_cast<unsigned>(run), 0);
  if (sent > 0) {
    met_error_ |= static_cast<size_t>(sent) < run;  // sendmmsg(2) forgets what ended it
    Pop(static_cast<size_t>(sent));
    return true;
  }
  const int error = errno;
  if (error == EAGAIN || error == EWOULDBLOCK) return false;
  if (WorthAnotherTry(error)) return true;
  if (!IsLoss(error)) Fail(heads_[head_].tag, error);
  Pop(1);
  return true;
}

bool SendQueue::SendAlone(const UdpMessage& message) {
  if (count_ > 0) return false;  // the socket's buffer is full
  sockaddr_storage to{};
  alignas(cmsghdr) std::array<uint8_t, kControlBytes> control{};
  // The kernel only reads it; iovec is one type for both directions.
  iovec vectors[2] = {{const_cast<uint8_t*>(kMarker.data()), marked_ ? kMarker.size() : 0},
                      {const_cast<uint8_t*>(message.bytes.data()), message.bytes.size()}};
  msghdr header{};
  header.msg_name = &to;
  header.msg_control = control.data();
  header.msg_iov = vectors;
  header.msg_iovlen = 2;
  Address(&header, message);
  attempts_ = 0;
  return SendAlone(header, message.tag);
}

bool SendQueue::SendAlone(const msghdr& header, uint64_t tag) {
  while (sendmsg(fd_, &header, 0) < 0) {
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return false;
    if (WorthAnotherTry(error)) continue;
    if (!IsLoss(error)) Fail(tag, error);
    break;
  }
  attempts_ = 0;
  return true;
}

bool SendQueue::WorthAnotherTry(int error) {
  met_error_ |= MayBeOfAnotherPacket(error);
  return error == EINTR || (MayBeOfAnotherPacket(error) && ++attempts_ < kAttempts);
}

std::span<const SendFailure> SendQueue::TakeFailures() {
  if (failures_taken_) failures_.clear();
  failures_taken_ = true;
  return failures_;
}

void SendQueue::Pop(size_t count) {
  attempts_ = 0;
  count_ -= count;
  // From the start again when empty, so that the next batch is one call.
  head_ = count_ == 0 ? 0 : (head_ + count) % UdpSocket::kBatch;
}

void SendQueue::Fail(uint64_t tag, int error) { failures_.push_back({tag, error}); }

}  // namespace exporter::net
