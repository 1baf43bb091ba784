// The line that `audit` redraws on a terminal while it waits: how far it is and how long it takes
// yet. Called by audit_command.cc. ProgressText is pure; the rest writes to standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "exporter/engine/audit_queue.h"

namespace exporter {

struct AuditProgress {
  std::string host;
  uint32_t requests = 0;
  uint32_t estimated = 0;  // in all; what is found out changes it
  std::chrono::duration<double> elapsed{};
};

// "HOST: 12 of about 80 requests, about 68 s left", at most `columns` characters.
std::string ProgressText(const AuditProgress& progress, size_t columns);

// Waits for `job`. Where standard error is a terminal, one line shows the progress meanwhile and is
// cleared at the end.
void WaitShowingProgress(const std::string& host, const AuditJob& job);

}  // namespace exporter
