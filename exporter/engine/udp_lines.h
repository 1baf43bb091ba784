// UdpLines: the UDP sockets of one runner: one for each address family, encapsulation and
// configured source port, whatever the number of peers. Used by an ExchangeRunner on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "exporter/engine/exchanger.h"
#include "exporter/engine/packet_pacer.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/udp_socket.h"

namespace exporter {

class UdpLines {
 public:
  using Key = std::tuple<bool /*v6*/, bool /*encap*/, uint16_t /*source port*/>;
  using Sockets = std::map<Key, std::unique_ptr<net::UdpSocket>>;

  // Both outlive it. `pacer` hears of the receive buffers.
  UdpLines(net::EventLoop* loop, PacketPacer* pacer) : loop_(loop), pacer_(pacer) {}
  ~UdpLines();
  UdpLines(const UdpLines&) = delete;
  UdpLines& operator=(const UdpLines&) = delete;

  // Opened with its first job, and watched. Null: it cannot be opened.
  net::UdpSocket* For(const ExchangeJob& job);
  const Sockets& all() const { return sockets_; }
  // Whether the loop is to wake up for what comes to `socket`, one of these. The kernel looks for
  // whom to wake with each packet of a watched socket, those that are sent included: a fiftieth of
  // all that a probe costs.
  void Watch(net::UdpSocket* socket, bool wanted);
  // False: one is to be read without being asked for.
  bool all_watched() const { return watched_.size() == sockets_.size(); }
  // What the kernel dropped of all of them.
  uint64_t drops() const;

 private:
  Sockets::iterator Open(const Key& key);  // sockets_.end(): it cannot be opened

  net::EventLoop* const loop_;
  PacketPacer* const pacer_;
  Sockets sockets_;
  std::set<const net::UdpSocket*> watched_;
  Key latest_key_;  // of the one that was asked for last
  net::UdpSocket* latest_ = nullptr;
};

}  // namespace exporter
