// Pace: which limit a packet waited for. Values.
#pragma once

#include <array>
#include <cstdint>

namespace exporter {

// The label `limit` of ike_exporter_packets_delayed_total.
enum class Pace : uint8_t {
  kRate,           // packets_per_second
  kReceiveBuffer,  // more answers under way might not fit
  kNetwork,        // network_packets_per_second
};
inline constexpr std::array<const char*, 3> kPaceNames = {"rate", "receive_buffer", "network"};
using PaceCounts = std::array<uint64_t, kPaceNames.size()>;

}  // namespace exporter
