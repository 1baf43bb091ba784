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

}  // namespace exporter
