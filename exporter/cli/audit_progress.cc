#include "exporter/cli/audit_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "exporter/base/count_text.h"

namespace exporter {
namespace {

using Clock = std::chrono::steady_clock;

constexpr ike::Duration kInterval = std::chrono::milliseconds(250);
constexpr size_t kUsualColumns = 80;
constexpr const char* kClearLine = "\r\033[K";

size_t TerminalColumns() {
  winsize size{};
  bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualColumns;
}

}  // namespace

std::string ProgressText(const AuditProgress& progress, size_t columns) {
  std::string text = progress.host + ": ";
  if (progress.requests == 0) {
    text += "waiting for the first answer";
  } else {
    uint32_t all = std::max(progress.requests, progress.estimated);
    double left = progress.elapsed.count() * (all - progress.requests) / progress.requests;
    text += std::to_string(progress.requests) + " of about " + Counted(all, "request") +
            ", about " + std::to_string(std::lround(left)) + " s left";
  }
  if (text.size() > columns) text.resize(columns);
  return text;
}

void WaitShowingProgress(const std::string& host, const AuditJob& job) {
  bool terminal = isatty(STDERR_FILENO) == 1;
  Clock::time_point started = Clock::now();
  bool drawn = false;
  while (!job.WaitFor(kInterval)) {
    if (!terminal) continue;
    AuditProgress progress{host, job.requests(), job.estimated_requests(), Clock::now() - started};
    // The last column stays free: some terminals go on to the next line behind it.
    std::string text = ProgressText(progress, TerminalColumns() - 1);
    std::fprintf(stderr, "%s%s", kClearLine, text.c_str());
    std::fflush(stderr);
    drawn = true;
  }
  if (drawn) std::fputs(kClearLine, stderr);
}

}  // namespace exporter
