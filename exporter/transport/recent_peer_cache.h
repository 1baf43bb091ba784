// RecentPeerCache: which endpoints recently sent something that matched no exchange. Direct-mapped
// and of fixed size, so a flood costs nothing but its own reading; a collision only loses a hint
// that chooses between two failure reasons. One thread.
#pragma once

#include <array>
#include <functional>

#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class RecentPeerCache {
 public:
  void Note(const ike::Endpoint& peer, ike::TimePoint now) { notes_[Slot(peer)] = {peer, now}; }

  // Whether `peer` was noted at or after `since`.
  bool Since(const ike::Endpoint& peer, ike::TimePoint since) const {
    const Entry& entry = notes_[Slot(peer)];
    return entry.peer == peer && entry.at >= since;
  }

 private:
  static constexpr size_t kSlots = 1024;
  struct Entry {
    ike::Endpoint peer;
    ike::TimePoint at;
  };

  static size_t Slot(const ike::Endpoint& peer) {
    return (std::hash<ike::IpAddress>{}(peer.address) ^ peer.port) % kSlots;
  }

  std::array<Entry, kSlots> notes_{};
};

}  // namespace exporter
