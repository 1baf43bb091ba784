#include "exporter/engine/udp_lines.h"

#include <utility>

namespace exporter {

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
  return sockets_.emplace(key, std::move(*socket)).first;
}

uint64_t UdpLines::drops() const {
  uint64_t drops = 0;
  for (const auto& [key, socket] : sockets_) drops += socket->drops();
  return drops;
}

}  // namespace exporter
