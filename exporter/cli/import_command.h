// `ike_exporter import FILE`: a list of hosts, one a line as ike-scan's --file takes it, to
// [[target]] tables on standard output.
#pragma once

#include "exporter/cli/options.h"

namespace exporter {

// 0, or 2 if the file cannot be read or a line is no host.
int RunImportCommand(const ImportOptions& options);

}  // namespace exporter
