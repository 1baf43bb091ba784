#include "exporter/net/receive_batch.h"

#include <netinet/in.h>
#include <time.h>

#include <cerrno>
#include <cstring>

#include "probes/wire/encapsulation.h"

namespace exporter::net {
namespace {

// An ICMP error that waits in the socket is returned once in place of datagrams; the error queue
// has it too. A flood of them is left to the next turn.
constexpr int kAttempts = 8;

// RFC 3948 section 2.3: one byte, 0xFF.
bool IsKeepalive(ike::ByteSpan bytes) { return bytes.size() == 1 && bytes[0] == 0xff; }

ike::Duration FromTimespec(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

template <typename Data>
Data ControlData(const cmsghdr* control) {
  Data data;
  std::memcpy(&data, CMSG_DATA(control), sizeof data);
  return data;
}

ike::IpAddress FromIn6(const in6_pktinfo& info) {
  ike::IpAddress address;
  address.size = 16;
  std::memcpy(address.octets.data(), &info.ipi6_addr, 16);
  if (IsLinkLocal(address)) address.scope_id = info.ipi6_ifindex;
  return address;
}

ike::IpAddress FromIn4(const in_pktinfo& info) {
  ike::IpAddress address;
  address.size = 4;
  std::memcpy(address.octets.data(), &info.ipi_addr, 4);
  return address;
}

}  // namespace

ClockReading ReadClocks() {
  ClockReading reading;
  timespec wall;
  reading.before = std::chrono::steady_clock::now();
  clock_gettime(CLOCK_REALTIME, &wall);
  reading.after = std::chrono::steady_clock::now();
  reading.wall = FromTimespec(wall);
  return reading;
}

ReceiveBatch::ReceiveBatch(int fd, bool marked)
    : fd_(fd),
      marked_(marked),
      bytes_(new uint8_t[UdpSocket::kBatch * UdpSocket::kReceiveBytes]),
      slots_(new Slot[UdpSocket::kBatch]) {
  for (size_t i = 0; i < UdpSocket::kBatch; ++i) {
    vectors_[i] = {&bytes_[i * UdpSocket::kReceiveBytes], UdpSocket::kReceiveBytes};
    headers_[i].msg_hdr.msg_name = &slots_[i].from;
    headers_[i].msg_hdr.msg_control = slots_[i].control.data();
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

size_t ReceiveBatch::Read() {
  for (mmsghdr& header : headers_) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    header.msg_hdr.msg_controllen = kControlBytes;
  }
  const int count = ReadSome();
  if (count > 0) clock_.Update(ReadClocks());
  if (count <= 0) clock_.Drained();
  return count > 0 ? static_cast<size_t>(count) : 0;
}

int ReceiveBatch::ReadSome() {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int count = recvmmsg(fd_, headers_.data(), UdpSocket::kBatch, MSG_DONTWAIT, nullptr);
    if (count >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) return count;
  }
  return 0;
}

const Datagram* ReceiveBatch::At(size_t index) {
  const mmsghdr& header = headers_[index];
  datagram_.from = FromSockaddr(slots_[index].from);
  datagram_.bytes = {static_cast<const uint8_t*>(vectors_[index].iov_base), header.msg_len};
  datagram_.truncated = (header.msg_hdr.msg_flags & MSG_TRUNC) != 0;
  ReadControl(header.msg_hdr);
  return marked_ && !Unwrap() ? nullptr : &datagram_;
}

void ReceiveBatch::ReadControl(const msghdr& header) {
  std::optional<ike::Duration> stamp;
  auto* mutable_header = const_cast<msghdr*>(&header);  // as CMSG_NXTHDR wants it
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(mutable_header, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
      stamp = FromTimespec(ControlData<timespec>(control));
    }
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      datagram_.local = FromIn4(ControlData<in_pktinfo>(control));
    }
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      datagram_.local = FromIn6(ControlData<in6_pktinfo>(control));
    }
  }
  datagram_.arrival = clock_.Arrival(stamp);
}

// False: there is nothing to hand on.
bool ReceiveBatch::Unwrap() {
  if (IsKeepalive(datagram_.bytes)) return false;
  const auto message = ike::wire::StripMarker(datagram_.bytes);
  datagram_.unmarked = !message;
  if (message) datagram_.bytes = *message;
  return true;
}

}  // namespace exporter::net
