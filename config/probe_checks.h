// What has to fit together among the [probe] keys of one table (probe_section.h), and between them
// and the target's host. A pair is only judged where this table names one of the two and both were
// readable, so that one mistake is reported once. Pure but for the problems they add.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/probe_section.h"
#include "probes/base/ip_address.h"

namespace config {

// The groups that Aggressive Mode can be opened with: known to IKEv1, and we can make a public
// value.
std::vector<uint16_t> AggressiveGroups();

void CheckSourceFamily(const ProbeTable& table, Problems& problems);
void CheckAggressiveIdentity(const ProbeTable& table, Problems& problems);

// A probe that outlasts its interval would overlap with the next one of the same target. False if
// it would; reported unless this table names neither key.
bool CheckPace(const ProbeTable& table, Problems& problems);

// A target's host that is an address literal; `place` is where it stands.
struct LiteralHost {
  std::string_view text;
  ike::IpAddress address;
  Position place;
};
void CheckHostFamily(const LiteralHost& host, const ProbeTable& table, Problems& problems);

}  // namespace config
