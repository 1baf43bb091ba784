#include "exporter/http/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "config/host.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

// What the kernel keeps for a client that does not read, beyond what that has room for; until it
// has read a little (Channel::Trust).
constexpr int kMaxUnsentBytes = 16 * 1024;

using AddressesPtr = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressesPtr Look(const config::ListenAddress& listen) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const char* host = listen.host.empty() ? "::" : listen.host.c_str();
  std::string port = std::to_string(listen.port);
  int error = getaddrinfo(host, port.c_str(), &hints, &found);
  // Every address, on a machine without IPv6.
  if (error != 0 && listen.host.empty()) getaddrinfo("0.0.0.0", port.c_str(), &hints, &found);
  return {found, freeaddrinfo};
}

// Not SO_REUSEPORT: two exporters must not share a port unnoticed.
int Bind(const addrinfo& address) {
  int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int on = 1;
  int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

// What the kernel keeps of requests that are not read yet.
constexpr int kReceiveBytes = 32 * 1024;

// Accepted connections inherit them.
void SetOptions(int fd) {
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBytes, sizeof kReceiveBytes);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsentBytes, sizeof kMaxUnsentBytes);
}

}  // namespace

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(std::move(other.address_)),
      local_(other.local_) {}

Listener::~Listener() {
  if (fd_ >= 0) close(fd_);
}

tl::expected<Listener, std::string> Listener::Open(const std::string& address) {
  std::string failure = "cannot listen on \"" + address + "\": ";
  auto parsed = config::ParseListenAddress(address);
  if (!parsed) return tl::make_unexpected(failure + "expected HOST:PORT");
  AddressesPtr found = Look(*parsed);
  if (!found) return tl::make_unexpected(failure + "there is no such address");
  int fd = -1;
  for (const addrinfo* at = found.get(); at != nullptr && fd < 0; at = at->ai_next) fd = Bind(*at);
  if (fd < 0) return tl::make_unexpected(failure + std::strerror(errno));
  Listener listener(fd);
  listener.Prepare();
  return listener;
}

tl::expected<Listener, std::string> Listener::Adopt(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  bool fits = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
  Listener listener(fd);
  if (!fits) return tl::make_unexpected("a file descriptor of systemd's is no listening socket");
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  listener.Prepare();
  return listener;
}

void Listener::Prepare() {
  SetOptions(fd_);
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size);
  local_ = storage.ss_family == AF_UNIX;
  address_ = "a Unix socket";
  if (local_) return;
  ike::Endpoint endpoint = net::FromSockaddr(storage);
  local_ = ike::IsLoopback(endpoint.address);
  address_ = net::ToString(endpoint);
}

ike::IpAddress ClientNetworkOf(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  if (storage.ss_family == AF_UNIX) return {};
  ike::IpAddress client = ike::Normalize(net::FromSockaddr(storage).address);
  if (client.is_v6()) std::fill(client.octets.begin() + 8, client.octets.end(), uint8_t{0});
  client.scope_id = 0;
  return client;
}

}  // namespace exporter
