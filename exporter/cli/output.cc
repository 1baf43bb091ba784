#include "exporter/cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace exporter {

void PrepareOutput() {
  std::signal(SIGPIPE, SIG_IGN);
  // Opened for reading, a write to it fails as one to a closed file does.
  for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) {
    if (fd <= STDERR_FILENO) continue;
    close(fd);
    return;
  }
}

bool FlushOutput() {
  static bool lost = false;
  errno = 0;
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::cout.good() && std::ferror(stdout) == 0) return true;
  if (!lost) {
    const char* const why = errno != 0 ? std::strerror(errno) : "a write failed";
    std::fprintf(stderr, "ike_exporter: standard output cannot be written to: %s\n", why);
  }
  lost = true;
  return false;
}

}  // namespace exporter
