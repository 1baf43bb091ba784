// WorkerPool: threads for one kind of work, so that what waits or computes there delays nothing
// else. Threads come with the work, up to the limit, and stay. Submit on any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace exporter {

class WorkerPool {
 public:
  using Job = std::function<void()>;

  // At most `threads`, and at most `queue` jobs that wait for one.
  WorkerPool(size_t threads, size_t queue) : max_threads_(threads), max_queue_(queue) {}
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: too much waits already, or the pool has stopped; the job is dropped.
  bool Submit(Job job);
  // Ends when the jobs under way have ended; those that wait are dropped.
  void Stop();

 private:
  void Work();

  const size_t max_threads_;
  const size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;  // protected by mutex_, like everything below
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace exporter
