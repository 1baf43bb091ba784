#include "exporter/transport/udp_lines.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

constexpr size_t kMany = 16;        // datagrams of a turn: more will come before the next
constexpr size_t kQuietTurns = 16;  // in a row, after which it is watched again

}  // namespace

UdpLines::~UdpLines() {
  for (const auto& [key, line] : lines_) {
    if (line.watched) loop_->RemoveFd(line.socket->fd());
  }
}

net::UdpSocket* UdpLines::For(const ExchangeJob& job) {
  const Key key{job.remote.address.is_v6(), job.transport == ike::Transport::kUdpEncap,
                job.source_port};
  if (latest_ != nullptr && key == latest_key_) return latest_;
  auto known = lines_.find(key);
  if (known == lines_.end()) known = Open(key);
  if (known == lines_.end()) return nullptr;
  latest_key_ = known->first;
  latest_ = known->second.socket.get();
  return latest_;
}

UdpLines::Lines::iterator UdpLines::Open(const Key& key) {
  const auto [v6, encap, source_port] = key;
  net::UdpOptions options;
  options.udp_encap = encap;
  auto socket = net::UdpSocket::Open(v6 ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4,
                                     {{}, source_port}, options);
  if (!socket) return lines_.end();
  pacer_->AddReceiveBuffer((*socket)->receive_capacity());
  const auto opened = lines_.emplace(key, Line{std::move(*socket)}).first;
  Watch(&opened->second);
  return opened;
}

// Every turn reads all of them, whatever woke it.
void UdpLines::Watch(Line* line) {
  line->watched = loop_->AddFd(line->socket->fd(), EPOLLIN, [](uint32_t) {});
}

void UdpLines::NoteRead(Line* line, size_t datagrams) {
  line->quiet_turns = datagrams < kMany ? line->quiet_turns + 1 : 0;
  if (!line->watched && line->quiet_turns >= kQuietTurns) Watch(line);
  if (!line->watched || line->quiet_turns > 0) return;
  loop_->RemoveFd(line->socket->fd());
  line->watched = false;
}

bool UdpLines::all_watched() const {
  return std::ranges::all_of(lines_, [](const auto& line) { return line.second.watched; });
}

uint64_t UdpLines::drops() const {
  uint64_t drops = 0;
  for (const auto& [key, line] : lines_) drops += line.socket->drops();
  return drops;
}

}  // namespace exporter
