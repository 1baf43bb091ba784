// Key of an address in a HashTable: its hash, and not zero. Two addresses of one key are taken for
// one, so what is kept of them has to be harmless then. Pure function, any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

#include "probes/base/ip_address.h"

namespace exporter {

inline uint64_t AddressKey(const ike::IpAddress& address) {
  return std::max<uint64_t>(std::hash<ike::IpAddress>{}(address), 1);
}

}  // namespace exporter
