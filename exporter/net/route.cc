#include "exporter/net/route.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <tuple>

#include "exporter/net/address.h"

namespace exporter::net {
namespace {

constexpr ike::Duration kLifetime = std::chrono::seconds(60);
constexpr ike::Duration kWatchedLifetime = std::chrono::minutes(10);
constexpr size_t kMaxEntries = 1 << 14;
constexpr size_t kMaxSources = 1 << 10;  // more addresses of our own than that start over

// Any port does: nothing is sent.
constexpr uint16_t kPort = 500;

constexpr uint32_t kNoticeGroups =
    RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

// Undoes an earlier connect, whose source address the next one would keep.
void Disconnect(int fd) {
  sockaddr unspecified{};
  unspecified.sa_family = AF_UNSPEC;
  std::ignore = connect(fd, &unspecified, sizeof unspecified);
}

}  // namespace

RouteCache::RouteCache(EventLoop* loop) : loop_(loop) {
  if (loop_ != nullptr) Watch();
}

RouteCache::~RouteCache() {
  if (notices_fd_ >= 0) loop_->RemoveFd(notices_fd_);
  for (int fd : {v4_fd_, v6_fd_, notices_fd_}) {
    if (fd >= 0) close(fd);
  }
}

tl::expected<ike::IpAddress, int> RouteCache::SourceFor(const ike::IpAddress& destination,
                                                        ike::TimePoint now) {
  const auto found = entries_.find(destination);
  if (found != entries_.end() && now < found->second.until) return found->second.source;
  const auto source = Ask(destination);
  if (!source) {
    Forget(destination);
    return source;
  }
  MakeRoom(now);
  entries_[destination] = {*source, now + Lifetime()};
  return source;
}

tl::expected<ike::IpAddress, int> RouteCache::SourceFor(const ike::IpAddress& destination,
                                                        ike::TimePoint now, RouteHint* hint) {
  if (hint->generation == generation_ && now < hint->until) return sources_[hint->source];
  *hint = {};
  const auto source = Ask(destination);
  if (!source) return source;
  auto known = std::ranges::find(sources_, *source);
  if (known == sources_.end()) {
    if (sources_.size() >= kMaxSources) Flush();
    known = sources_.insert(sources_.end(), *source);
  }
  *hint = {generation_, static_cast<uint16_t>(known - sources_.begin()), now + Lifetime()};
  return source;
}

ike::Duration RouteCache::Lifetime() const {
  return notices_fd_ >= 0 ? kWatchedLifetime : kLifetime;
}

void RouteCache::Forget(const ike::IpAddress& destination) { entries_.erase(destination); }

void RouteCache::Flush() {
  entries_.clear();
  sources_.clear();
  ++generation_;
}

// connect on a UDP socket makes the kernel decide on a route and a source, and sends nothing.
tl::expected<ike::IpAddress, int> RouteCache::Ask(const ike::IpAddress& destination) {
  int& fd = destination.is_v4() ? v4_fd_ : v6_fd_;
  const int domain = destination.is_v4() ? AF_INET : AF_INET6;
  if (fd < 0) fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage address{};
  socklen_t size = ToSockaddr({destination, kPort}, &address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0) return tl::make_unexpected(errno);
  bool known = connect(fd, name, size) == 0;
  size = sizeof address;
  known = known && getsockname(fd, name, &size) == 0;
  const int error = errno;
  // Also after a failure: towards a link-local destination the kernel has bound the socket to the
  // interface by then, and every later question would be asked of that one.
  Disconnect(fd);
  if (!known) return tl::make_unexpected(error);
  return FromSockaddr(address).address;
}

void RouteCache::MakeRoom(ike::TimePoint now) {
  if (entries_.size() < kMaxEntries) return;
  std::erase_if(entries_, [now](const auto& item) { return item.second.until <= now; });
  if (entries_.size() >= kMaxEntries) Flush();
}

// Without netlink (a sandbox may refuse it) the lifetime alone bounds how stale an answer is.
void RouteCache::Watch() {
  notices_fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (notices_fd_ < 0) return;
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = kNoticeGroups;
  const bool is_bound = bind(notices_fd_, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0;
  if (is_bound && loop_->AddFd(notices_fd_, EPOLLIN, [this](uint32_t) { DrainNotices(); })) return;
  close(notices_fd_);
  notices_fd_ = -1;
}

// What changed does not matter: asking again is cheap. Also after ENOBUFS, when notices were lost.
void RouteCache::DrainNotices() {
  std::array<uint8_t, 8192> notice;
  while (recv(notices_fd_, notice.data(), notice.size(), 0) > 0) {
  }
  Flush();
}

std::vector<ike::IpAddress> UsableAddresses(RouteCache* routes, ike::TimePoint now,
                                            std::span<const ike::IpAddress> addresses) {
  std::vector<ike::IpAddress> usable;
  ike::IpAddress first;
  for (const ike::IpAddress& address : addresses) {
    if (!IsUnicast(address)) continue;
    if (first.empty()) first = address;
    if (routes == nullptr || routes->SourceFor(address, now)) usable.push_back(address);
  }
  if (usable.empty() && !first.empty()) usable.push_back(first);
  return usable;
}

ike::IpAddress ChooseAddress(RouteCache* routes, ike::TimePoint now,
                             std::span<const ike::IpAddress> addresses) {
  const std::vector<ike::IpAddress> usable = UsableAddresses(routes, now, addresses);
  return usable.empty() ? ike::IpAddress{} : usable.front();
}

}  // namespace exporter::net
