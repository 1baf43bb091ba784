// A store with the same contents every time: one target for each case that a page of metrics can
// show. For tests.
#pragma once

#include <memory>

#include "exporter/targets/store.h"

namespace exporter::test {

// "hq" is modern and well, over both versions; "legacy" is IKEv1 only, weak, with Aggressive Mode;
// "down" has stopped answering; "unknown-name" does not resolve; "new" was never probed.
std::shared_ptr<const TargetTable> SampleFleet(Store* store, config::MetricsDetail detail);

// The same, "hq" alone and with `settings`, everything about it learnt.
EntryPtr EverythingLearnt(const ike::ProbeSettings& settings, RttBounds rtt_bounds);

}  // namespace exporter::test
