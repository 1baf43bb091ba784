// The keys of [probe], which modules and targets override: reading one layer of them over another.
// Used for [probe], [modules.NAME] and [[target]]. Values; not for sharing while loading.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "config/fields.h"
#include "config/names.h"
#include "probes/target.h"

namespace config {

// In the order of the field table (probe_section.cc).
enum class ProbeKey : uint8_t {
  kInterval,
  kTimeout,
  kAuditInterval,
  kIkeVersions,
  kPort,
  kTransport,
  kExchange,
  kAggressiveId,
  kAggressiveIdType,
  kAggressiveDhGroup,
  kHalfOpenBudget,
  kSourceAddress,
  kSourcePort,
  kProposal,
  kAddressFamily,
  kPolicy,
  kRequire,
};
inline constexpr size_t kProbeKeyCount = 17;

using PolicyNames = std::set<std::string, std::less<>>;

// Settings as far as they are known after a layer, with what the next layer has to know.
struct ProbeLayer {
  ike::ProbeSettings settings;
  // Keys that were refused in this layer or below: nothing may be concluded from their values.
  uint32_t invalid = 0;
  bool timeout_named = false;    // else it follows a shorter interval
  bool transport_named = false;  // else it follows the port

  bool valid(ProbeKey key) const { return (invalid & Bit(key)) == 0; }
  static uint32_t Bit(ProbeKey key) { return 1u << static_cast<unsigned>(key); }
};

// One table's own keys while they are read over a ProbeLayer.
struct ProbeTable {
  ProbeLayer layer;
  const PolicyNames& policies;
  EndpointChoice endpoint;
  std::array<Position, kProbeKeyCount> places{};  // of the values; line 0 = not here

  bool has(ProbeKey key) const { return place(key).line != 0; }
  Position place(ProbeKey key) const { return places[static_cast<size_t>(key)]; }
};

// Reads `member` if it is a [probe] key; false if it is none.
bool ReadProbeKey(const Member& member, ProbeTable& table, Problems& problems);

// To be called after the last key: derives what follows from what was said, checks what has to fit
// together.
void FinishProbeTable(ProbeTable& table, Problems& problems);

std::span<const std::string_view> ProbeKeyNames();

// Reads [probe] or [modules.NAME] whole. `rates`: where those keys go, null where they are not
// allowed.
void ReadProbeSection(const Value& value, std::string_view where, ProbeTable& table,
                      PacketRates* rates);

// Whether the key may name a module or a policy ("a module"); reports it if not.
bool CheckTableName(const Member& member, std::string_view noun, Problems& problems);

}  // namespace config
