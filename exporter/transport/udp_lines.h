// UdpLines: the UDP sockets of one runner: one for each address family, encapsulation and
// configured source port, whatever the number of peers. Used by an ExchangeRunner on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "exporter/limits/packet_pacer.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/udp_socket.h"
#include "exporter/transport/exchanger.h"

namespace exporter {

class UdpLines {
 public:
  using Key = std::tuple<bool /*v6*/, bool /*encap*/, uint16_t /*source port*/>;
  struct Line {
    std::unique_ptr<net::UdpSocket> socket;
    bool watched = false;
    size_t quiet_turns = 0;  // the latest ones
  };
  using Lines = std::map<Key, Line>;

  // Both outlive it. `pacer` hears of the receive buffers.
  UdpLines(net::EventLoop* loop, PacketPacer* pacer) : loop_(loop), pacer_(pacer) {}
  ~UdpLines();
  UdpLines(const UdpLines&) = delete;
  UdpLines& operator=(const UdpLines&) = delete;

  // That of a job. Opened with its first one, and watched. Null: it cannot be opened.
  net::UdpSocket* For(const ExchangeJob& job);
  Lines& all() { return lines_; }
  // A turn has read so many datagrams. Where many come the loop does not wake up for `line`, one of
  // these: the kernel looks for whom to wake with each packet of a watched socket, those that are
  // sent included, which is a fiftieth of all that a probe costs.
  void NoteRead(Line* line, size_t datagrams);
  // False: one is to be read without being asked for.
  bool all_watched() const;
  // What the kernel dropped of all of them.
  uint64_t drops() const;

 private:
  // lines_.end(): it cannot be opened.
  Lines::iterator Open(const Key& key);
  void Watch(Line* line);

  net::EventLoop* const loop_;
  PacketPacer* const pacer_;
  Lines lines_;
  Key latest_key_;  // of the one that was asked for last
  net::UdpSocket* latest_ = nullptr;
};

}  // namespace exporter
