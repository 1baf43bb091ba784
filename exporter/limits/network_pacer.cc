// The generic cell rate algorithm: of each network only the time is kept until which the packets
// that have gone use its rate up. A packet may go when that time is no more than a burst ahead.
#include "exporter/limits/network_pacer.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <mutex>

namespace exporter {
namespace {

// Packets of one tick, of a target's both versions or of a retransmission may fall together.
constexpr ike::Duration kBurst = std::chrono::milliseconds(50);

}  // namespace

void NetworkPacer::set_rate(uint32_t packets_per_second) {
  std::lock_guard lock(lock_);
  spacing_ = ike::Duration(std::chrono::seconds(1)) / std::max(1u, packets_per_second);
  burst_ = std::max(kBurst - spacing_, ike::Duration::zero());
}

// A /24 or a /64, mixed.
uint64_t NetworkPacer::KeyOf(const ike::IpAddress& address) {
  uint64_t network = address.size;
  for (size_t i = 0; i < (address.is_v4() ? 3u : 8u); ++i) {
    network = network << 8 ^ network >> 56 ^ address.octets[i];
  }
  network *= 0x9e3779b97f4a7c15u;
  return std::max<uint64_t>(network ^ network >> 32, 1);
}

NetworkPacer::Network* NetworkPacer::PlaceOf(uint64_t key) {
  const size_t mask = networks_.size() - 1;
  size_t place = static_cast<size_t>(key) & mask;
  while (networks_[place].key != 0 && networks_[place].key != key) place = (place + 1) & mask;
  return &networks_[place];
}

NetworkPacer::Network& NetworkPacer::FindOrMake(uint64_t key, ike::TimePoint now) {
  Network* network = PlaceOf(key);
  if (network->key != 0) return *network;
  if ((known_ + 1) * 4 > networks_.size() * 3) {
    Rebuild(now);
    network = PlaceOf(key);
  }
  network->key = key;
  ++known_;
  return *network;
}

// Makes the table anew, without those that owe nothing any more.
void NetworkPacer::Rebuild(ike::TimePoint now) {
  const auto busy = [now](const Network& network) {
    return network.key != 0 && network.paid_up > now;
  };
  known_ = static_cast<size_t>(std::count_if(networks_.begin(), networks_.end(), busy));
  std::vector<Network> old(std::bit_ceil(std::max<size_t>(64, (known_ + 1) * 2)));
  old.swap(networks_);
  for (const Network& network : old) {
    if (busy(network)) *PlaceOf(network.key) = network;
  }
}

ike::TimePoint NetworkPacer::Take(const ike::IpAddress& address, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  if (spacing_ == ike::Duration::zero()) return now;
  Network& network = FindOrMake(KeyOf(address), now);
  const ike::TimePoint turn = std::max(network.paid_up, now);
  network.paid_up = turn + spacing_;
  return std::max(now, turn - burst_);
}

}  // namespace exporter
