#include "tests/responder/tcp_service.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "tests/responder/listen_plan.h"
#include "tests/responder/socket_address.h"
#include "tests/responder/udp_socket.h"

namespace responder {
namespace {

constexpr int kBacklog = 4096;

void SetFlag(int fd, int level, int option) {
  int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

tl::expected<int, std::string> OpenListener(const Endpoint& endpoint) {
  int family = endpoint.address.size == 4 ? AF_INET : AF_INET6;
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  SetFlag(fd, SOL_SOCKET, SO_REUSEADDR);
  if (family == AF_INET6) SetFlag(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  sockaddr_storage name;
  socklen_t size = WriteSocketAddress(endpoint, name);
  if (bind(fd, reinterpret_cast<sockaddr*>(&name), size) == 0 && listen(fd, kBacklog) == 0)
    return fd;
  std::string error = "bind " + ToText(endpoint) + "/tcp: " + std::strerror(errno);
  close(fd);
  return tl::make_unexpected(error);
}

Endpoint EndOf(int fd, decltype(getsockname) ask) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ask(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return ReadSocketAddress(name);
}

// Closing with no time to linger sends a reset.
void Reset(int fd) {
  linger none = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close(fd);
}

}  // namespace

TcpService::TcpService() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

TcpService::~TcpService() {
  connections_.clear();
  for (auto& [key, listener] : listeners_) close(listener.fd);
  close(epoll_);
}

void TcpService::Watch(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

std::string TcpService::Listen(const Fleet& fleet) {
  connections_.clear();
  std::map<Key, Listener> wanted;
  std::string error = Plan(fleet, true, wanted);
  if (error.empty()) error = Plan(fleet, false, wanted);
  for (auto& [key, listener] : listeners_) close(listener.fd);
  listeners_ = std::move(wanted);
  return error;
}

std::string TcpService::Plan(const Fleet& fleet, bool framed, std::map<Key, Listener>& wanted) {
  const auto& ports = framed ? fleet.listen().tcp : fleet.listen().tcp_raw;
  Transport transport = framed ? Transport::kTcp : Transport::kTcpRaw;
  for (const Endpoint& endpoint : PlanEndpoints(fleet, ports, transport)) {
    Key key = {endpoint, framed};
    auto open = listeners_.extract(key);
    if (!open.empty()) {
      wanted.insert(std::move(open));
      continue;
    }
    auto fd = OpenListener(endpoint);
    if (!fd) return fd.error();
    wanted[key] = {*fd, framed, EndOf(*fd, getsockname)};
    Watch(*fd, EPOLLIN);
  }
  return "";
}

std::vector<std::string> TcpService::Describe() const {
  std::vector<std::string> lines;
  for (const auto& [key, listener] : listeners_) {
    lines.push_back(ToText(listener.bound) + (listener.framed ? "/tcp" : "/tcp-raw"));
  }
  return lines;
}

void TcpService::Serve(Fleet& fleet, EventLog& log) {
  std::array<epoll_event, 64> events;
  int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    int fd = events[static_cast<size_t>(i)].data.fd;
    auto found = connections_.find(fd);
    if (found != connections_.end()) {
      found->second.ends.now = MonotonicNow();
      bool over = (events[static_cast<size_t>(i)].events & EPOLLIN) == 0;
      if (over || !found->second.connection->Read(found->second.ends, log))
        connections_.erase(found);
      continue;
    }
    auto listener =
        std::ranges::find(listeners_, fd, [](const auto& one) { return one.second.fd; });
    if (listener != listeners_.end()) Accept(listener->second, fleet);
  }
  SendDue();
}

void TcpService::Accept(const Listener& listener, Fleet& fleet) {
  int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  SetFlag(fd, IPPROTO_TCP, TCP_NODELAY);
  Request ends;
  ends.local = EndOf(fd, getsockname);
  ends.peer = EndOf(fd, getpeername);
  Fleet::Place place = fleet.Find(ends.local.address);
  Transport transport = listener.framed ? Transport::kTcp : Transport::kTcpRaw;
  bool serves = place.gateway != nullptr && place.gateway->posture().Serves(transport) &&
                place.gateway->posture().tcp != TcpHabit::kReset;
  if (!serves) return Reset(fd);
  auto connection = std::make_unique<TcpConnection>(fd, listener.framed, place);
  bool reads = place.gateway->posture().tcp != TcpHabit::kHang;
  connections_[fd] = {std::move(connection), ends};
  // One that is never read is only watched for its end.
  Watch(fd, reads ? EPOLLIN : EPOLLRDHUP);
}

void TcpService::SendDue() {
  int64_t now = MonotonicNow();
  for (auto at = connections_.begin(); at != connections_.end();) {
    bool alive = at->second.connection->Write(now);
    at = alive ? std::next(at) : connections_.erase(at);
  }
}

int64_t TcpService::NextDue() const {
  int64_t due = INT64_MAX;
  for (const auto& [fd, accepted] : connections_) {
    due = std::min(due, accepted.connection->NextDue());
  }
  return due;
}

}  // namespace responder
