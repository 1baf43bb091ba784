// UdpLines: the UDP sockets of one runner: one for each address family, encapsulation and
// configured source port, whatever the number of peers. Used by an ExchangeRunner on its thread.
// The first IPv4 address that packets come from is home: a socket that is bound to it costs a
// fiftieth of a probe less than telling the kernel with each packet where it comes from. What comes
// from others has a second socket. Not so of IPv6: from a socket bound to an address that is no
// longer ours Linux would still send.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "exporter/engine/exchanger.h"
#include "exporter/engine/packet_pacer.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/udp_socket.h"

namespace exporter {

class UdpLines {
 public:
  using Key = std::tuple<bool /*v6*/, bool /*encap*/, uint16_t /*source port*/, bool /*home*/>;
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

  // That of a job whose packets come from `source`. Opened with its first one, and watched. Null:
  // it cannot be opened.
  net::UdpSocket* For(const ExchangeJob& job, const ike::IpAddress& source);
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
  bool MayBeHome(const ExchangeJob& job, const ike::IpAddress& source) const;
  // lines_.end(): it cannot be opened.
  Lines::iterator FindOrOpen(const Key& key, const ike::IpAddress& bound_to);
  Lines::iterator Open(const Key& key, const ike::IpAddress& bound_to);
  void Watch(Line* line);

  net::EventLoop* const loop_;
  PacketPacer* const pacer_;
  Lines lines_;
  ike::IpAddress home_;  // none: not known yet
  bool may_have_home_ = true;
  Key latest_key_;  // of the one that was asked for last
  net::UdpSocket* latest_ = nullptr;
};

}  // namespace exporter
