#include "exporter/daemon/systemd_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <utility>

namespace exporter {
namespace {

constexpr int kFirstSocket = 3;  // SD_LISTEN_FDS_START
constexpr int kMaxSockets = 64;

std::string TakeVariable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  unsetenv(name);
  return text;
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || at != end) return std::nullopt;
  return number;
}

bool IsOurs(const std::string& pid) { return ParseNumber<pid_t>(pid) == getpid(); }

int64_t MonotonicMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

SystemdNotifier::SystemdNotifier() : socket_(TakeVariable("NOTIFY_SOCKET")) {
  bool for_us = IsOurs(TakeVariable("LISTEN_PID"));
  auto count = ParseNumber<int>(TakeVariable("LISTEN_FDS"));
  TakeVariable("LISTEN_FDNAMES");
  if (for_us && count && *count > 0 && *count <= kMaxSockets) sockets_ = *count;
  std::string watched = TakeVariable("WATCHDOG_PID");
  auto microseconds = ParseNumber<int64_t>(TakeVariable("WATCHDOG_USEC"));
  bool watches = (watched.empty() || IsOurs(watched)) && microseconds && *microseconds > 0;
  if (watches) watchdog_ = std::chrono::microseconds(*microseconds);
}

tl::expected<std::vector<int>, std::string> SystemdNotifier::TakeSockets() {
  if (sockets_ == 0) {
    return tl::make_unexpected(
        "--web.systemd-socket: systemd handed no socket over; is ike_exporter.socket enabled?");
  }
  std::vector<int> taken(static_cast<size_t>(std::exchange(sockets_, 0)));
  std::iota(taken.begin(), taken.end(), kFirstSocket);
  return taken;
}

void SystemdNotifier::Ready(std::string_view status) {
  Notify("READY=1\nSTATUS=" + std::string(status));
}

// Type=notify-reload wants the time as well.
void SystemdNotifier::Reloading() {
  Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(MonotonicMicroseconds()));
}

void SystemdNotifier::Stopping() { Notify("STOPPING=1"); }
void SystemdNotifier::Alive() { Notify("WATCHDOG=1"); }

void SystemdNotifier::Notify(const std::string& state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size);
  close(fd);
}

}  // namespace exporter
