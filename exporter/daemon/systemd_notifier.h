// SystemdNotifier: what systemd and the exporter tell each other: the sockets it hands over, and
// the state that Type=notify waits for (sd_listen_fds(3), sd_notify(3)), without its library.
// Without systemd everything is a no-op. Main thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace exporter {

class SystemdNotifier {
 public:
  // Reads the environment that systemd sets, and clears it: no child is to take it for its own.
  SystemdNotifier();

  // Descriptors of listening sockets, from now on the caller's. The error is a sentence.
  tl::expected<std::vector<int>, std::string> TakeSockets();

  // `status` is one line for `systemctl status`.
  void Ready(std::string_view status);
  void Reloading();
  void Stopping();
  void Alive();

  // Within which Alive must be said again; nullopt = nobody watches.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void Notify(const std::string& state);

  std::string socket_;  // of the manager; empty = none
  int sockets_ = 0;     // handed over
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace exporter
