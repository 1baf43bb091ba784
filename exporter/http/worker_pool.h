// WorkerPool: threads for one kind of work, so that what waits or computes there delays nothing
// else. Threads come with the work, up to the limit, and stay. When there is more work than time,
// precedence decides what is done. Submit on any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace exporter {

class WorkerPool {
 public:
  struct Job {
    std::function<void()> run;
    // The highest goes first; of the same, the one that came first.
    uint64_t precedence = 0;
    // When this has expired nobody waits for the job any more, and it may be dropped. Empty: it is
    // done whatever happens.
    std::weak_ptr<const void> client = {};

    bool abandoned() const {
      const std::weak_ptr<const void> none;
      const bool is_empty = !client.owner_before(none) && !none.owner_before(client);
      return !is_empty && client.expired();
    }
  };

  // At most `threads`, and at most `queue` jobs that wait for one and go before a new one: what
  // comes first by its precedence is not refused for the sake of what comes last.
  WorkerPool(size_t threads, size_t queue) : max_threads_(threads), max_queue_(queue) {}
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: too much waits already, the system has no thread to give, or the pool has stopped; the
  // job is dropped.
  bool Submit(Job job);
  // Ends when the jobs under way have ended; those that wait are dropped.
  void Stop();

 private:
  using Queue = std::multimap<uint64_t, Job, std::greater<>>;

  void Spawn();
  bool HasRoom(uint64_t precedence);
  void Work();

  const size_t max_threads_;
  const size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Queue jobs_;  // protected by mutex_, like everything below
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace exporter
