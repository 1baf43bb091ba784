// StateSaver: the thread that writes a state file when what it holds has changed, at most every few
// seconds, and once more at its end. The engines only mark: nothing they do waits for the disk. A
// write that fails is logged, at most once a minute, and tried again. MarkDirty: any thread; Stop:
// the owner's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <tl/expected.hpp>

namespace exporter {

class StateSaver {
 public:
  using Clock = std::chrono::steady_clock;
  using Write = std::function<tl::expected<void, std::string>()>;

  // `write` is called on the saver's thread, and by Stop on the caller's after that has ended.
  // `what` is written, in the plural, for the log. `pause` is the least time from one write to the
  // next.
  StateSaver(std::string what, Write write, Clock::duration pause = std::chrono::seconds(5));
  ~StateSaver();
  StateSaver(const StateSaver&) = delete;
  StateSaver& operator=(const StateSaver&) = delete;

  void MarkDirty();
  // Ends the thread and writes what is not written yet. May be called twice.
  void Stop();

 private:
  void Run();
  // Returns whether it was written.
  bool WriteNow();

  const std::string what_;
  const Write write_;
  const Clock::duration pause_;
  bool failing_ = false;  // of the thread, later of Stop's caller
  Clock::time_point silent_until_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool dirty_ = false;   // guarded by mutex_
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace exporter
