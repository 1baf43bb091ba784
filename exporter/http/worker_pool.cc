#include "exporter/http/worker_pool.h"

#include <utility>

namespace exporter {

bool WorkerPool::Submit(Job job) {
  std::lock_guard lock(mutex_);
  // Jobs beyond the idle threads need a new one, or a place in the queue.
  bool spawns = jobs_.size() >= idle_ && threads_.size() < max_threads_;
  if (stopping_ || (!spawns && jobs_.size() >= idle_ + max_queue_)) return false;
  jobs_.push_back(std::move(job));
  if (spawns) {
    ++idle_;
    threads_.emplace_back([this] { Work(); });
  } else {
    wake_.notify_one();
  }
  return true;
}

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  std::deque<Job> dropped;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    --idle_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds goes while nobody waits for the lock
    lock.lock();
    ++idle_;
  }
}

}  // namespace exporter
