// EventLoop: one thread's epoll, timers and mailbox. It wakes at most once per `tick` (the
// wake-ups, not the packets, are what costs), and then does everything that is due: tasks, ready
// file descriptors, timers, and last the owner's Ticker. When nothing happens it sleeps.
// Post and Stop may be called from any thread; everything else only on the thread of Run (or
// before Run). Callbacks may add and remove descriptors and timers, their own included.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "exporter/net/timer_wheel.h"
#include "probes/base/time.h"

namespace exporter::net {

// The owner's turn, once per wake-up.
class Ticker {
 public:
  virtual ~Ticker() = default;
  // Before the timers fire: what has arrived by now is no timeout.
  virtual void BeforeTimers(ike::TimePoint /*now*/) {}
  // After all callbacks.
  // Returns when it needs the next turn whatever happens: TimePoint::max() = never; a time <= now =
  // at once, without the tick's pause (there is more to send than one turn could).
  virtual ike::TimePoint OnTick(ike::TimePoint now) = 0;
};

// For objects with several timers.
struct CallbackTimer final : Timer {
  void OnTimer(ike::TimePoint) override {
    const auto copy = callback;  // which may destroy its timer
    copy();
  }
  std::function<void()> callback;
};

class EventLoop {
 public:
  using Task = std::function<void()>;
  using FdCallback = std::function<void(uint32_t events)>;  // EPOLLIN, EPOLLOUT, EPOLLERR ...

  static tl::expected<std::unique_ptr<EventLoop>, std::string> Create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Any thread. Tasks run in order on the loop's thread. False: the loop has ended and the task
  // was dropped; a task that was accepted before the end is run before Run returns.
  bool Post(Task task);
  void Stop();  // any thread, also before Run; a stopped loop stays stopped

  // Level triggered. The descriptor stays the caller's, who removes it before closing it. False:
  // the kernel refused.
  bool AddFd(int fd, uint32_t events, FdCallback callback);
  bool ModifyFd(int fd, uint32_t events);
  void RemoveFd(int fd);

  // The timers of the loop's thread. They fire at the first wake-up at or after their time.
  TimerWheel* timers() { return &timers_; }

  // The time of the current wake-up; read once per wake-up.
  ike::TimePoint now() const { return now_; }

  // Returns after Stop. `ticker` may be null.
  void Run(Ticker* ticker, ike::Duration tick = std::chrono::milliseconds(1));
  // One wake-up of at most `longest` of sleep; for tests.
  void RunOnce(Ticker* ticker, ike::Duration longest);

 private:
  EventLoop(int epoll_fd, int wake_fd);
  void Turn(Ticker* ticker, int timeout_ms);
  void Dispatch(int timeout_ms);
  void RunTasks();
  int TimeoutMs();
  void Close();
  void Wake();

  struct Registration {
    std::shared_ptr<FdCallback> callback;
    uint32_t generation;
  };

  const int epoll_fd_;
  const int wake_fd_;
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::vector<Task> mailbox_;  // protected by mutex_
  bool closed_ = false;        // protected by mutex_

  // The loop's thread only.
  std::unordered_map<int, Registration> fds_;
  uint32_t generation_ = 0;
  TimerWheel timers_;
  ike::TimePoint now_;
  ike::TimePoint ticker_wake_ = ike::TimePoint::max();
};

}  // namespace exporter::net
