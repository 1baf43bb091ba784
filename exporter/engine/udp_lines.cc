#include "exporter/engine/udp_lines.h"

#include <sys/epoll.h>

#include <utility>

namespace exporter {

UdpLines::~UdpLines() {
  for (const auto& [key, socket] : sockets_) Watch(socket.get(), false);
}

net::UdpSocket* UdpLines::For(const ExchangeJob& job) {
  const bool v6 = job.remote.address.is_v6();
  const bool encap = job.transport == ike::Transport::kUdpEncap;
  const Key key{v6, encap, job.source_port};
  if (latest_ != nullptr && key == latest_key_) return latest_;
  auto known = sockets_.find(key);
  if (known == sockets_.end()) known = Open(key);
  if (known == sockets_.end()) return nullptr;
  latest_key_ = key;
  latest_ = known->second.get();
  return latest_;
}

UdpLines::Sockets::iterator UdpLines::Open(const Key& key) {
  const auto [v6, encap, source_port] = key;
  net::UdpOptions options;
  options.udp_encap = encap;
  auto socket = net::UdpSocket::Open(v6 ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4,
                                     {{}, source_port}, options);
  if (!socket) return sockets_.end();
  pacer_->AddReceiveBuffer((*socket)->receive_capacity());
  const auto opened = sockets_.emplace(key, std::move(*socket)).first;
  Watch(opened->second.get(), true);
  return opened;
}

// Every turn reads all of them, whatever woke it.
void UdpLines::Watch(net::UdpSocket* socket, bool wanted) {
  if (watched_.contains(socket) == wanted) return;
  if (!wanted) {
    watched_.erase(socket);
    loop_->RemoveFd(socket->fd());
  } else if (loop_->AddFd(socket->fd(), EPOLLIN, [](uint32_t) {})) {
    watched_.insert(socket);
  }
}

uint64_t UdpLines::drops() const {
  uint64_t drops = 0;
  for (const auto& [key, socket] : sockets_) drops += socket->drops();
  return drops;
}

}  // namespace exporter
