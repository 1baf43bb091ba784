#include "exporter/http/thread_pool.h"

#include <chrono>
#include <system_error>
#include <utility>

namespace exporter {
namespace {

constexpr std::chrono::seconds kIdle{5};

}  // namespace

bool ThreadPool::Run(std::function<void()> job) {
  Threads ended;
  bool taken = false;
  {
    std::lock_guard lock(mutex_);
    ended.swap(ended_);
    if (!stopping_ && jobs_.size() >= idle_) Spawn();
    taken = !stopping_ && !threads_.empty();
    if (taken) jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  for (std::thread& thread : ended) thread.join();
  return taken;
}

void ThreadPool::Spawn() {
  auto self = threads_.emplace(threads_.end());
  try {
    *self = std::thread([this, self] { Work(self); });
    ++idle_;
  } catch (const std::system_error&) {
    threads_.erase(self);
  }
}

bool ThreadPool::starved() const {
  std::lock_guard lock(mutex_);
  return jobs_.size() > idle_;
}

void ThreadPool::Work(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    bool woken = wake_.wait_for(lock, kIdle, [this] { return stopping_ || !jobs_.empty(); });
    if (!woken || jobs_.empty()) break;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    --idle_;
    lock.unlock();
    std::exchange(job, nullptr)();
    lock.lock();
    ++idle_;
  }
  --idle_;
  ended_.splice(ended_.end(), threads_, self);
}

void ThreadPool::Stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  while (!threads_.empty() || !ended_.empty()) {
    lock.unlock();
    wake_.notify_all();
    lock.lock();
    Threads all = std::move(ended_);
    ended_.clear();
    bool none = all.empty();
    lock.unlock();
    for (std::thread& thread : all) thread.join();
    if (none) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lock.lock();
  }
}

}  // namespace exporter
