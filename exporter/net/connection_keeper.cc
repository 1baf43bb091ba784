#include "exporter/net/connection_keeper.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace exporter::net {
namespace {

constexpr int kTurnMs = 1000;  // how often the time is looked at

// The peer has closed it, and nothing is left to be read.
bool IsOver(int fd) {
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  do {
    count = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  } while (count > 0);
  return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void CloseAllBut(std::span<const int> fds) {
  const long limit = sysconf(_SC_OPEN_MAX);
  const int end = limit < 0 ? 65536 : static_cast<int>(std::min(limit, 1L << 20));
  for (int fd = 0; fd < end; ++fd) {
    if (std::find(fds.begin(), fds.end(), fd) == fds.end()) close(fd);
  }
}

// In the child of a process that had several threads: nothing here takes a lock or memory.
[[noreturn]] void Keep(std::span<const int> fds, ike::Duration longest) {
  setsid();
  if (chdir("/") != 0) _exit(1);
  CloseAllBut(fds);
  const auto end = std::chrono::steady_clock::now() + longest;
  while (std::chrono::steady_clock::now() < end) {
    if (std::all_of(fds.begin(), fds.end(), IsOver)) break;
    poll(nullptr, 0, kTurnMs);
  }
  _exit(0);
}

}  // namespace

void KeepOpenInBackground(std::span<const int> fds, ike::Duration longest) {
  if (!fds.empty() && fork() == 0) Keep(fds, longest);
}

}  // namespace exporter::net
