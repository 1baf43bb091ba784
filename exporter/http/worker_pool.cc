#include "exporter/http/worker_pool.h"

#include <iterator>
#include <system_error>
#include <utility>

namespace exporter {

bool WorkerPool::Submit(Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  // Jobs beyond the idle threads need a new one, or a place in the queue.
  if (jobs_.size() >= idle_ && threads_.size() < max_threads_) Spawn();
  uint64_t precedence = job.precedence;
  if (threads_.empty() || !HasRoom(precedence)) return false;
  jobs_.emplace(precedence, std::move(job));
  wake_.notify_one();
  return true;
}

// Where the system has none to give, those that are there do the work.
void WorkerPool::Spawn() {
  try {
    threads_.emplace_back([this] { Work(); });
    ++idle_;
  } catch (const std::system_error&) {
  }
}

// Abandoned jobs are looked for only when there is no other room.
bool WorkerPool::HasRoom(uint64_t precedence) {
  size_t limit = idle_ + max_queue_;
  if (jobs_.size() < limit) return true;
  std::erase_if(jobs_, [](const auto& item) { return item.second.abandoned(); });
  auto first_behind = jobs_.upper_bound(precedence);
  return static_cast<size_t>(std::distance(jobs_.begin(), first_behind)) < limit;
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
