// TargetSnapshot: one target as the pages show it, copied out of the store so that nothing is
// rendered under an entry's lock. Values, any thread.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "exporter/targets/store.h"

namespace exporter {

// What judgements about a target rest on; a view of a snapshot, or of the store under its lock.
struct TargetFacts {
  const ike::ProbeSettings& settings;
  bool up;
  double up_changed_at;
  const std::array<VersionState, 2>& versions;
  const AuditHistory* audit;  // null = never audited

  const VersionState& of(ike::IkeVersion v) const { return versions[static_cast<size_t>(v) - 1]; }
};

inline TargetFacts FactsOf(const ike::Target& target, const TargetState& state) {
  return {*target.settings, state.up, state.up_changed_at, state.versions, state.audit.get()};
}

struct TargetSnapshot {
  ike::Target target;
  bool up = false;
  double up_changed_at = 0;
  double first_probed_at = 0;  // since when it is known to be probed, 0 = unknown
  std::array<VersionState, 2> versions;
  std::optional<AuditHistory> audit;
  std::optional<ProbeHistory> history;

  TargetFacts facts() const {
    return {*target.settings, up, up_changed_at, versions, audit ? &*audit : nullptr};
  }
  const VersionState& of(ike::IkeVersion v) const { return versions[static_cast<size_t>(v) - 1]; }
};

TargetSnapshot SnapshotOf(const TargetEntry& entry);

}  // namespace exporter
