// UdpSocketPool: the UDP sockets of one runner: one for each address family, encapsulation and
// configured source port, whatever the number of peers. Used by an ExchangeRunner on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tl/expected.hpp>
#include <tuple>

#include "exporter/limits/packet_pacer.h"
#include "exporter/net/event_loop.h"
#include "exporter/net/udp_socket.h"
#include "exporter/transport/exchanger.h"

namespace exporter {

class UdpSocketPool {
 public:
  using Key = std::tuple<bool /*v6*/, bool /*encap*/, uint16_t /*source port*/>;
  struct PooledSocket {
    std::unique_ptr<net::UdpSocket> socket;
    bool watched = false;
    size_t quiet_turns = 0;  // the latest ones
  };
  using PooledSockets = std::map<Key, PooledSocket>;

  // Both outlive it. `pacer` hears of the receive buffers.
  UdpSocketPool(net::EventLoop* loop, PacketPacer* pacer) : loop_(loop), pacer_(pacer) {}
  ~UdpSocketPool();
  UdpSocketPool(const UdpSocketPool&) = delete;
  UdpSocketPool& operator=(const UdpSocketPool&) = delete;

  // That of a job. Opened with its first one, and watched. The error is the errno.
  tl::expected<net::UdpSocket*, int> For(const ExchangeJob& job);
  PooledSockets& all() { return sockets_; }
  // A turn has read so many datagrams. Where many come the loop does not wake up for `pooled`, one
  // of these: the kernel looks for whom to wake with each packet of a watched socket, those that
  // are sent included, which is a fiftieth of all that a probe costs.
  void NoteRead(PooledSocket* pooled, size_t datagrams);
  // False: one is to be read without being asked for.
  bool all_watched() const;
  // What the kernel dropped of all of them.
  uint64_t drops() const;

 private:
  tl::expected<PooledSockets::iterator, int> Open(const Key& key);
  void Watch(PooledSocket* pooled);

  net::EventLoop* const loop_;
  PacketPacer* const pacer_;
  PooledSockets sockets_;
  Key latest_key_;  // of the one that was asked for last
  net::UdpSocket* latest_ = nullptr;
};

}  // namespace exporter
