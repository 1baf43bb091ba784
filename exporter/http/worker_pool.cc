#include "exporter/http/worker_pool.h"

#include <utility>

namespace exporter {

bool WorkerPool::Submit(Job job) {
  std::lock_guard lock(mutex_);
  // Jobs beyond the idle threads need a new one, or a place in the queue.
  bool spawns = jobs_.size() >= idle_ && threads_.size() < max_threads_;
  if (stopping_ || (!spawns && !HasRoom(idle_ + max_queue_))) return false;
  uint64_t precedence = job.precedence;
  jobs_.emplace(precedence, std::move(job));
  if (spawns) {
    ++idle_;
    threads_.emplace_back([this] { Work(); });
  } else {
    wake_.notify_one();
  }
  return true;
}

// Abandoned jobs are looked for only when there is no other room.
bool WorkerPool::HasRoom(size_t limit) {
  if (jobs_.size() < limit) return true;
  std::erase_if(jobs_, [](const auto& item) { return item.second.abandoned(); });
  return jobs_.size() < limit;
}

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  Queue dropped;
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
    auto next = jobs_.extract(jobs_.begin());
    --idle_;
    lock.unlock();
    if (!next.mapped().abandoned()) next.mapped().run();
    next = {};  // what it holds goes while nobody waits for the lock
    lock.lock();
    ++idle_;
  }
}

}  // namespace exporter
