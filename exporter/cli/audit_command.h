// `ike_exporter audit`: a full audit per host, for a ticket or as JSON lines. Called by main.cc;
// returns when every audit is done. Of the main thread.
#pragma once

#include "exporter/cli/options.h"

namespace exporter {

// Returns the exit code of the contract: 0 compliant, 1 violations, 2 usage, 3 no answer,
// nothing accepted, or incomplete; over several hosts 1 beats 3 beats 0.
int RunAuditCommand(const AuditOptions& options);

}  // namespace exporter
