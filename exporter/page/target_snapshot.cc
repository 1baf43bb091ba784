#include "exporter/page/target_snapshot.h"

namespace exporter {
TargetSnapshot SnapshotOf(const TargetEntry& entry) {
  return entry.With([](const ike::Target& target, const TargetState& state) {
    TargetSnapshot snapshot{target,
                            state.up,
                            state.up_changed_at,
                            static_cast<double>(state.first_probed_at),
                            state.versions,
                            {},
                            {}};
    if (state.audit) snapshot.audit = *state.audit;
    if (state.history) snapshot.history = *state.history;
    return snapshot;
  });
}

}  // namespace exporter
