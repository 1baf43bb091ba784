#include "exporter/transport/udp_socket_pool.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

constexpr size_t kMany = 16;        // datagrams of a turn: more will come before the next
constexpr size_t kQuietTurns = 16;  // in a row, after which it is watched again

}  // namespace

UdpSocketPool::~UdpSocketPool() {
  for (const auto& [key, pooled] : sockets_) {
    if (pooled.watched) loop_->RemoveFd(pooled.socket->fd());
  }
}

tl::expected<net::UdpSocket*, int> UdpSocketPool::For(const ExchangeJob& job) {
  const Key key{job.remote.address.is_v6(), job.transport == ike::Transport::kUdpEncap,
                job.source_port};
  if (latest_ != nullptr && key == latest_key_) return latest_;
  auto known = sockets_.find(key);
  if (known == sockets_.end()) {
    const auto opened = Open(key);
    if (!opened) return tl::make_unexpected(opened.error());
    known = *opened;
  }
  latest_key_ = known->first;
  latest_ = known->second.socket.get();
  return latest_;
}

tl::expected<UdpSocketPool::PooledSockets::iterator, int> UdpSocketPool::Open(const Key& key) {
  const auto [v6, encap, source_port] = key;
  net::UdpOptions options;
  options.udp_encap = encap;
  auto socket = net::UdpSocket::Open(v6 ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4,
                                     {{}, source_port}, options);
  if (!socket) return tl::make_unexpected(socket.error().error);
  pacer_->AddReceiveBuffer((*socket)->receive_capacity());
  const auto opened = sockets_.emplace(key, PooledSocket{std::move(*socket)}).first;
  Watch(&opened->second);
  return opened;
}

// Every turn reads all of them, whatever woke it.
void UdpSocketPool::Watch(PooledSocket* pooled) {
  pooled->watched = loop_->AddFd(pooled->socket->fd(), EPOLLIN, [](uint32_t) {});
}

void UdpSocketPool::NoteRead(PooledSocket* pooled, size_t datagrams) {
  pooled->quiet_turns = datagrams < kMany ? pooled->quiet_turns + 1 : 0;
  if (!pooled->watched && pooled->quiet_turns >= kQuietTurns) Watch(pooled);
  if (!pooled->watched || pooled->quiet_turns > 0) return;
  loop_->RemoveFd(pooled->socket->fd());
  pooled->watched = false;
}

bool UdpSocketPool::all_watched() const {
  return std::ranges::all_of(sockets_, [](const auto& pooled) { return pooled.second.watched; });
}

uint64_t UdpSocketPool::drops() const {
  uint64_t drops = 0;
  for (const auto& [key, pooled] : sockets_) drops += pooled.socket->drops();
  return drops;
}

}  // namespace exporter
