// The text of the state file of audits: one row for each target. Written and read by
// exporter/state_file.h. Pure functions but for the reasons of undecidable algorithms, which are
// kept for ever; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporter/json/probe_json.h"
#include "exporter/targets/store.h"
#include "probes/target.h"

namespace exporter {

// What an audit belongs to: a name that moved to another endpoint inherits nothing.
struct AuditKey {
  std::string name;
  std::string host;
  uint16_t port = 0;
  ike::Transport transport = ike::Transport::kUdp;

  friend auto operator<=>(const AuditKey&, const AuditKey&) = default;
};

AuditKey KeyOf(const ike::Target& target);

using SavedAudits = std::map<AuditKey, AuditHistory>;

Json KeyState(const AuditKey& key);
std::optional<AuditKey> ReadKey(const Json& row);

// Of exporter/json/sealed_rows.h.
std::string StateHead();
std::string StateRow(const AuditKey& key, const AuditHistory& history);

// The audits of a whole file, or what is wrong with it. Any bytes may come.
tl::expected<SavedAudits, std::string> ParseState(std::string_view text);

}  // namespace exporter
