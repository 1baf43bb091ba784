// ReplySlot: hands one value from an engine's callback to the HTTP thread that waits for it. Shared
// by shared_ptr between the two, so that whoever comes too late finds it still there.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "probes/exchange/outcome.h"

namespace exporter {

template <typename T>
class ReplySlot {
 public:
  void Set(T value) {
    {
      std::lock_guard lock(mutex_);
      value_ = std::move(value);
    }
    set_.notify_one();
  }

  // The value, or nothing if it did not come in time, or before `abandoned`.
  std::optional<T> WaitFor(ike::Duration limit, const std::atomic<bool>& abandoned) {
    constexpr ike::Duration kSlice = std::chrono::milliseconds(100);
    std::unique_lock lock(mutex_);
    while (!value_ && limit > ike::Duration::zero() && !abandoned) {
      set_.wait_for(lock, std::min(limit, kSlice), [this] { return value_.has_value(); });
      limit -= kSlice;
    }
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable set_;
  std::optional<T> value_;
};

}  // namespace exporter
