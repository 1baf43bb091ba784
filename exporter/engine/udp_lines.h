// UdpLines: the UDP sockets of one runner: one for each address family, encapsulation and
// configured source port, whatever the number of peers. Used by an ExchangeRunner on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "exporter/engine/exchanger.h"
#include "exporter/engine/packet_pacer.h"
#include "exporter/net/udp_socket.h"

namespace exporter {

class UdpLines {
 public:
  using Key = std::tuple<bool /*v6*/, bool /*encap*/, uint16_t /*source port*/>;
  using Sockets = std::map<Key, std::unique_ptr<net::UdpSocket>>;

  // `pacer`, which outlives it, hears of the receive buffers.
  explicit UdpLines(PacketPacer* pacer) : pacer_(pacer) {}

  // Opened with its first job. Null: it cannot be opened.
  net::UdpSocket* For(const ExchangeJob& job);
  const Sockets& all() const { return sockets_; }
  // What the kernel dropped of all of them.
  uint64_t drops() const;

 private:
  Sockets::iterator Open(const Key& key);  // sockets_.end(): it cannot be opened

  PacketPacer* const pacer_;
  Sockets sockets_;
  Key latest_key_;  // of the one that was asked for last
  net::UdpSocket* latest_ = nullptr;
};

}  // namespace exporter
