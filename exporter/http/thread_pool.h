// ThreadPool: a thread for each job that is under way, since each waits for a client or a gateway.
// Threads come with the jobs and end when there is nothing for them to do for a while; how many
// there are is bounded by who submits. Where the system has no thread to give, jobs wait for those
// that are there. Any thread, but Stop.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace exporter {

class ThreadPool {
 public:
  ThreadPool() = default;
  ~ThreadPool() { Stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // False: there is no thread at all, or the pool has stopped; the job is dropped.
  bool Run(std::function<void()> job);
  // Whether jobs wait for a thread.
  bool starved() const;
  // Ends when all jobs have ended.
  void Stop();

 private:
  using Threads = std::list<std::thread>;
  void Spawn();
  void Work(Threads::iterator self);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // protected by mutex_, like everything below
  Threads threads_;
  Threads ended_;  // to be joined
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace exporter
