// NetworkPacer: how fast packets may go to one destination network, a /24 or a /64 ([probe]
// network_packets_per_second), so that a whole fleet behind one small uplink does not get ours at
// the rate of the exporter. Used by the ExchangeRunners of all engines; any thread if it is made
// for several. A turn is one look-up; memory is bounded by the networks that were busy lately.
#pragma once

#include <cstddef>
#include <cstdint>

#include "exporter/base/hash_table.h"
#include "exporter/base/tiny_lock.h"
#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class NetworkPacer {
 public:
  explicit NetworkPacer(bool several_threads = false) : lock_(several_threads) {}

  void set_rate(uint32_t packets_per_second);

  // Takes a turn for one packet to `address`. Returns when it may go: `now`, or later.
  ike::TimePoint Take(const ike::IpAddress& address, ike::TimePoint now);

  size_t networks() const { return networks_.size(); }

 private:
  struct Network {
    uint64_t key = 0;
    ike::TimePoint paid_up{};  // until when its packets use the rate up: the next but for a burst
  };

  static uint64_t KeyOf(const ike::IpAddress& address);

  OptionalLock lock_;  // guards all below
  ike::Duration spacing_{};
  ike::Duration burst_{};
  HashTable<Network> networks_;
};

}  // namespace exporter
