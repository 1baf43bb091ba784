#include "exporter/page/target_snapshot.h"

#include <algorithm>

namespace exporter {
namespace {

// Of a target that was never up this is its first probe, unless that is long ago.
double FirstFailure(const ProbeHistory& history) {
  double first = 0;
  for (const FailureRun& run : history.Failures()) {
    first = first == 0 ? run.first_at : std::min(first, run.first_at);
  }
  return first;
}

}  // namespace

TargetSnapshot SnapshotOf(const TargetEntry& entry) {
  return entry.With([](const ike::Target& target, const TargetState& state) {
    TargetSnapshot snapshot{target, state.up, state.up_changed_at, 0, state.versions, {}, {}};
    if (state.audit) snapshot.audit = *state.audit;
    if (state.history) snapshot.history = *state.history;
    if (snapshot.history) snapshot.first_probed_at = FirstFailure(*snapshot.history);
    return snapshot;
  });
}

}  // namespace exporter
