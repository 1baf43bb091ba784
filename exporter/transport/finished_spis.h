// FinishedSpis: the initiator SPIs of exchanges that are over, so that late answers and repeats of
// them are told from what never was ours. Direct-mapped and of fixed size: each is remembered until
// another takes its place. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "probes/base/ip_address.h"

namespace exporter {

class FinishedSpis {
 public:
  void Note(uint64_t spi, const ike::Endpoint& peer) { entries_[Slot(spi)] = {spi, KeyOf(peer)}; }

  // Whether an exchange with `peer` had this SPI.
  bool Holds(uint64_t spi, const ike::Endpoint& peer) const {
    const Entry& entry = entries_[Slot(spi)];
    return entry.spi == spi && entry.peer == KeyOf(peer) && spi != 0;
  }

 private:
  static constexpr size_t kSlots = 4096;
  struct Entry {
    uint64_t spi = 0;
    uint64_t peer = 0;
  };

  // SPIs are uniformly random.
  static size_t Slot(uint64_t spi) { return static_cast<size_t>(spi) % kSlots; }
  static uint64_t KeyOf(const ike::Endpoint& peer) {
    return std::hash<ike::IpAddress>{}(peer.address) ^ peer.port;
  }

  std::array<Entry, kSlots> entries_{};
};

}  // namespace exporter
