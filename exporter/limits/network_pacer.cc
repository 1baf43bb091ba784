// The generic cell rate algorithm: of each network only the time is kept until which the packets
// that have gone use its rate up. A packet may go when that time is no more than a burst ahead.
#include "exporter/limits/network_pacer.h"

#include <algorithm>
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

ike::TimePoint NetworkPacer::Take(const ike::IpAddress& address, ike::TimePoint now) {
  std::lock_guard lock(lock_);
  if (spacing_ == ike::Duration::zero()) return now;
  const auto owes = [now](const Network& network) { return network.paid_up > now; };
  Network& network = networks_.FindOrMake(KeyOf(address), owes);
  const ike::TimePoint turn = std::max(network.paid_up, now);
  network.paid_up = turn + spacing_;
  return std::max(now, turn - burst_);
}

}  // namespace exporter
