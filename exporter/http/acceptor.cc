#include "exporter/http/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace exporter {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kTick{1000};
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

Acceptor::Acceptor(Listener listener, Callbacks callbacks)
    : listener_(std::move(listener)), callbacks_(std::move(callbacks)) {}

bool Acceptor::Start() {
  wake_ = eventfd(0, EFD_CLOEXEC);
  if (wake_ < 0) return false;
  thread_ = std::thread([this] { Run(); });
  return true;
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void Acceptor::Run() {
  pollfd ready[] = {{listener_.fd(), POLLIN, 0}, {wake_, POLLIN, 0}};
  auto next_tick = std::chrono::steady_clock::now();
  while (!stopping_) {
    ++beats_;
    auto now = std::chrono::steady_clock::now();
    if (now >= next_tick) {
      callbacks_.tick();
      next_tick = now + kTick;
    }
    if (poll(ready, 2, static_cast<int>(kTick.count())) > 0) AcceptSome();
  }
}

// Errors of one connection (ECONNABORTED and those of the network, accept(2)) end no more than it.
void Acceptor::AcceptSome() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    int fd = accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      callbacks_.take(fd);
      continue;
    }
    if (errno == EAGAIN) return;
    bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (!exhausted) continue;
    callbacks_.make_room();
    std::this_thread::sleep_for(kPause);
    return;
  }
}

}  // namespace exporter
