// Fingerprint: whose implementation answered, from its vendor ids, else from how it answers. Called
// by the engine and the audit for each answer. A pure function, any thread; the name lives for
// ever.
#pragma once

#include <string_view>

#include "probes/exchange/outcome.h"

namespace ike {

// One of Implementations() (probes/algorithms/vendor_ids.h), "unknown" where nothing tells: a wrong
// name is worse than none.
std::string_view Fingerprint(const Outcome& outcome);

}  // namespace ike
