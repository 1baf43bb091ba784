// TinyLock: a mutex of four bytes, for what exists a hundred thousand times and is held for well
// under a microsecond. Uncontended it is one exchange and one store, without a call. BasicLockable
// (std::lock_guard); any thread; not recursive.
#pragma once

#include <atomic>

namespace exporter {

class TinyLock {
 public:
  TinyLock() = default;
  TinyLock(const TinyLock&) = delete;
  TinyLock& operator=(const TinyLock&) = delete;

  void lock() {
    while (held_.exchange(1, std::memory_order_acquire) != 0) {
      held_.wait(1, std::memory_order_relaxed);
    }
  }
  void unlock() {
    held_.store(0, std::memory_order_release);
    held_.notify_one();
  }

 private:
  std::atomic<int> held_{0};
};

// A TinyLock where several threads may come, and nothing where there is only one.
class OptionalLock {
 public:
  explicit OptionalLock(bool needed) : needed_(needed) {}

  void lock() {
    if (needed_) lock_.lock();
  }
  void unlock() {
    if (needed_) lock_.unlock();
  }

 private:
  const bool needed_;
  TinyLock lock_;
};

}  // namespace exporter
