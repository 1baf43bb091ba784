// A WeakHistory as the state file keeps it. Pure functions, any thread.
#pragma once

#include "exporter/json/probe_json.h"
#include "exporter/targets/weak_history.h"

namespace exporter {

// One object for each IKE version and kind; an algorithm in it is one number, its key length and
// its id.
Json WeakHistoryState(const WeakHistory& weak);

// Returns false where it does not have that form. Algorithms that the registry does not have (any
// more) are left out.
bool ReadWeakHistory(const Json& json, WeakHistory* weak);

}  // namespace exporter
