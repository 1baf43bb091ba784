#include "tests/responder/udp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "tests/responder/socket_address.h"

namespace responder {
namespace {

constexpr size_t kReceiveSize = 65536;
constexpr size_t kControlSize = 128;
constexpr int kBufferBytes = 64 << 20;

int64_t Nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

void SetFlag(int fd, int level, int option) {
  int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

// The privileged form goes past rmem_max; the plain one takes what it can get.
void GrowBuffers(int fd) {
  int size = kBufferBytes;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
}

void ReadControl(msghdr& header, Arrival& arrival, int64_t realtime_to_monotonic) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      arrival.local = Address::V4(ntohl(info.ipi_addr.s_addr));
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      arrival.local.size = 16;
      std::memcpy(arrival.local.octets.data(), &info.ipi6_addr, 16);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp;
      std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      arrival.at = stamp.tv_sec * int64_t{1'000'000'000} + stamp.tv_nsec + realtime_to_monotonic;
    }
  }
}

struct alignas(cmsghdr) Control {
  std::array<uint8_t, kControlSize> bytes;
};

}  // namespace

struct UdpSocket::Slots {
  std::array<mmsghdr, kBatch> in{}, out{};
  std::array<iovec, kBatch> in_vectors{}, out_vectors{};
  std::array<sockaddr_storage, kBatch> in_names{}, out_names{};
  std::array<Control, kBatch> in_controls{}, out_controls{};
  // Not zeroed: of each slot only the pages that datagrams reach become resident.
  std::unique_ptr<uint8_t[]> in_bytes =
      std::make_unique_for_overwrite<uint8_t[]>(kBatch * kReceiveSize);
  std::array<Bytes, kBatch> out_bytes;
  size_t queued = 0;
};

int64_t MonotonicNow() { return Nanoseconds(CLOCK_MONOTONIC); }

UdpSocket::UdpSocket(int fd, const Endpoint& local)
    : fd_(fd), local_(local), slots_(std::make_unique<Slots>()) {
  for (size_t i = 0; i < kBatch; ++i) {
    slots_->in_vectors[i] = {slots_->in_bytes.get() + i * kReceiveSize, kReceiveSize};
  }
}

UdpSocket::~UdpSocket() { close(fd_); }

tl::expected<std::unique_ptr<UdpSocket>, std::string> UdpSocket::Open(const Endpoint& local,
                                                                      bool timestamps) {
  bool v4 = local.address.size == 4;
  int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return tl::make_unexpected(std::string("socket: ") + std::strerror(errno));
  std::unique_ptr<UdpSocket> opened(new UdpSocket(fd, local));
  SetFlag(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO);
  if (!v4) SetFlag(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  if (timestamps) SetFlag(fd, SOL_SOCKET, SO_TIMESTAMPNS);
  GrowBuffers(fd);
  sockaddr_storage name;
  socklen_t size = WriteSocketAddress(local, name);
  if (bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0) {
    return tl::make_unexpected("bind " + ToText(local) + "/udp: " + std::strerror(errno));
  }
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  opened->port_ = ReadSocketAddress(name).port;
  return opened;
}

bool UdpSocket::Receive(const std::function<void(const Arrival&)>& take) {
  Slots& slots = *slots_;
  for (size_t i = 0; i < kBatch; ++i) {
    slots.in[i].msg_hdr = {&slots.in_names[i],
                           sizeof(sockaddr_storage),
                           &slots.in_vectors[i],
                           1,
                           slots.in_controls[i].bytes.data(),
                           kControlSize,
                           0};
  }
  int count = recvmmsg(fd_, slots.in.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return false;
  int64_t now = MonotonicNow();
  int64_t offset = now - Nanoseconds(CLOCK_REALTIME);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    Arrival arrival;
    arrival.bytes = {static_cast<uint8_t*>(slots.in_vectors[i].iov_base), slots.in[i].msg_len};
    arrival.peer = ReadSocketAddress(slots.in_names[i]);
    arrival.local = local_.address;
    arrival.at = now;
    ReadControl(slots.in[i].msg_hdr, arrival, offset);
    take(arrival);
  }
  return static_cast<size_t>(count) == kBatch;
}

void UdpSocket::Queue(View bytes, const Endpoint& to, const std::optional<Address>& from) {
  Slots& slots = *slots_;
  size_t i = slots.queued++;
  slots.out_bytes[i].assign(bytes.begin(), bytes.end());
  slots.out_vectors[i] = {slots.out_bytes[i].data(), bytes.size()};
  socklen_t size = WriteSocketAddress(to, slots.out_names[i]);
  slots.out[i].msg_hdr = {&slots.out_names[i],
                          size,
                          &slots.out_vectors[i],
                          1,
                          slots.out_controls[i].bytes.data(),
                          0,
                          0};
  if (from) {
    PinSource(slots.out[i].msg_hdr, *from);
  } else {
    slots.out[i].msg_hdr.msg_control = nullptr;
  }
  if (slots.queued == kBatch) Flush();
}

void UdpSocket::Flush() {
  Slots& slots = *slots_;
  size_t sent = 0;
  while (sent < slots.queued) {
    int count =
        sendmmsg(fd_, slots.out.data() + sent, static_cast<unsigned>(slots.queued - sent), 0);
    if (count > 0) {
      sent += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      pollfd wait = {fd_, POLLOUT, 0};
      poll(&wait, 1, 10);
    } else {
      // An ICMP error of an earlier answer is reported once and the next try goes through; an
      // answer that cannot leave at all (no such source address, too long) is skipped.
      bool pending = errno == ECONNREFUSED;
      if (!pending) ++sent;
    }
  }
  slots.queued = 0;
}

}  // namespace responder
