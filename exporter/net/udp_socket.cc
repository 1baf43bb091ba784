#include "exporter/net/udp_socket.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "exporter/net/error_queue.h"
#include "exporter/net/receive_batch.h"
#include "exporter/net/send_queue.h"

namespace exporter::net {
namespace {

// What a datagram of 300 to 1500 bytes is charged for in the receive buffer: half a page and its
// descriptor with most NIC drivers. (Loopback charges 1280.)
constexpr int kChargePerDatagram = 2304;

int SocketOption(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  getsockopt(fd, SOL_SOCKET, option, &value, &size);
  return value;
}

struct Setting {
  int level;
  int option;
  int value;
};

bool Apply(int fd, const Setting& setting) {
  return setsockopt(fd, setting.level, setting.option, &setting.value, sizeof setting.value) == 0;
}

// The limit of net.core.[rw]mem_max holds unless we may administer the network.
void SizeBuffers(int fd, const UdpOptions& options) {
  const int receive = options.receive_buffer_bytes;
  const int send = options.send_buffer_bytes;
  if (!Apply(fd, {SOL_SOCKET, SO_RCVBUFFORCE, receive}))
    Apply(fd, {SOL_SOCKET, SO_RCVBUF, receive});
  if (!Apply(fd, {SOL_SOCKET, SO_SNDBUFFORCE, send})) Apply(fd, {SOL_SOCKET, SO_SNDBUF, send});
}

// Leaves DF unset: IKE has to live with IP fragments (RFC 7383 section 1; its own begin later).
bool ApplyV4(int fd, const UdpOptions& options) {
  return Apply(fd, {IPPROTO_IP, IP_RECVERR, 1}) &&
         Apply(fd, {IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT}) &&
         Apply(fd, {IPPROTO_IP, IP_PKTINFO, options.local_address ? 1 : 0});
}

bool ApplyV6(int fd, const UdpOptions& options) {
  return Apply(fd, {IPPROTO_IPV6, IPV6_V6ONLY, 1}) && Apply(fd, {IPPROTO_IPV6, IPV6_RECVERR, 1}) &&
         Apply(fd, {IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT}) &&
         Apply(fd, {IPPROTO_IPV6, IPV6_RECVPKTINFO, options.local_address ? 1 : 0});
}

bool Configure(int fd, IpFamily family, const UdpOptions& options) {
  SizeBuffers(fd, options);
  if (!Apply(fd, {SOL_SOCKET, SO_TIMESTAMPNS, 1})) return false;
  return family == IpFamily::kIpv4 ? ApplyV4(fd, options) : ApplyV6(fd, options);
}

ike::Endpoint BoundTo(IpFamily family, ike::Endpoint local) {
  if (local.address.empty()) local.address.size = family == IpFamily::kIpv4 ? 4 : 16;
  return local;
}

SocketError Failure(const char* what, const ike::Endpoint& local) {
  const int error = errno;
  return {error, std::string(what) + " UDP " + ToString(local) + ": " + std::strerror(error)};
}

}  // namespace

struct UdpSocket::State {
  State(int socket, const ike::IpAddress& bound_to, bool marked)
      : fd(socket), sending(fd, bound_to, marked), receiving(fd, marked), errors(fd, marked) {}
  ~State() { close(fd); }

  const int fd;
  uint16_t local_port = 0;
  size_t receive_capacity = 0;
  uint64_t drops = 0;
  bool has_errors = false;
  SendQueue sending;
  ReceiveBatch receiving;
  ErrorQueue errors;
};

tl::expected<std::unique_ptr<UdpSocket>, SocketError> UdpSocket::Open(IpFamily family,
                                                                      const ike::Endpoint& local,
                                                                      const UdpOptions& options) {
  const ike::Endpoint bound_to = BoundTo(family, local);
  const int domain = family == IpFamily::kIpv4 ? AF_INET : AF_INET6;
  const int fd = socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return tl::make_unexpected(Failure("cannot open", bound_to));
  auto state = std::make_unique<State>(fd, bound_to.address, options.udp_encap);
  if (!Configure(fd, family, options)) {
    return tl::make_unexpected(Failure("cannot configure", bound_to));
  }
  sockaddr_storage address{};
  socklen_t size = ToSockaddr(bound_to, &address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    return tl::make_unexpected(Failure("cannot bind", bound_to));
  }
  size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  state->local_port = FromSockaddr(address).port;
  state->receive_capacity = static_cast<size_t>(SocketOption(fd, SO_RCVBUF) / kChargePerDatagram);
  return std::unique_ptr<UdpSocket>(new UdpSocket(std::move(state)));
}

UdpSocket::UdpSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
UdpSocket::~UdpSocket() = default;

int UdpSocket::fd() const { return state_->fd; }
uint16_t UdpSocket::local_port() const { return state_->local_port; }
size_t UdpSocket::queued() const { return state_->sending.size(); }
size_t UdpSocket::receive_capacity() const { return state_->receive_capacity; }

bool UdpSocket::Send(const UdpMessage& message) { return state_->sending.Push(message); }

std::span<const SendFailure> UdpSocket::Flush() {
  state_->sending.Flush();
  return state_->sending.TakeFailures();
}

// SO_MEMINFO reads the counter that SO_RXQ_OVFL would put on every datagram, at no cost for those
// and also when no further datagram comes.
uint64_t UdpSocket::drops() {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(state_->fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) {
    return state_->drops;
  }
  // The kernel's counter has 32 bits; ours goes on where it wraps.
  state_->drops +=
      static_cast<uint32_t>(info[SK_MEMINFO_DROPS] - static_cast<uint32_t>(state_->drops));
  return state_->drops;
}

size_t UdpSocket::ReadBatch() { return state_->receiving.Read(); }
ike::ByteSpan UdpSocket::BytesAt(size_t index) const { return state_->receiving.BytesAt(index); }
const Datagram* UdpSocket::DatagramAt(size_t index) { return state_->receiving.At(index); }

bool UdpSocket::has_errors() {
  state_->has_errors |= state_->sending.TakeError();
  state_->has_errors |= state_->receiving.TakeError();
  return state_->has_errors;
}

const IcmpError* UdpSocket::NextError() {
  const IcmpError* error = state_->errors.Next();
  if (error == nullptr) state_->has_errors = false;
  return error;
}

}  // namespace exporter::net
