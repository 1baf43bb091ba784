#include "exporter/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace exporter::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kEventsPerTurn = 256;
constexpr uint64_t kMailboxId = 0;  // registrations have generations from 1

uint64_t EventId(int fd, uint32_t generation) {
  return uint64_t{generation} << 32 | static_cast<uint32_t>(fd);
}

// An absolute time, so that a slow turn shortens the pause and the cadence does not drift.
void SleepUntil(ike::TimePoint when) {
  const auto since_boot = when.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  const timespec until{static_cast<time_t>(seconds.count()),
                       static_cast<long>((since_boot - seconds).count())};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace

tl::expected<std::unique_ptr<EventLoop>, std::string> EventLoop::Create() {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kMailboxId;
  if (epoll_fd < 0 || wake_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) != 0) {
    std::string error = std::string("cannot create an event loop: ") + std::strerror(errno);
    if (epoll_fd >= 0) close(epoll_fd);
    if (wake_fd >= 0) close(wake_fd);
    return tl::make_unexpected(std::move(error));
  }
  return std::unique_ptr<EventLoop>(new EventLoop(epoll_fd, wake_fd));
}

EventLoop::EventLoop(int epoll_fd, int wake_fd)
    : epoll_fd_(epoll_fd), wake_fd_(wake_fd), timers_(Clock::now()), now_(Clock::now()) {}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(epoll_fd_);
}

bool EventLoop::Post(Task task) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    first = mailbox_.empty();
    mailbox_.push_back(std::move(task));
  }
  if (first) Wake();  // while tasks wait, the wake-up for them is under way
  return true;
}

void EventLoop::Stop() {
  stopping_.store(true);
  Wake();
}

void EventLoop::Wake() {
  const uint64_t one = 1;
  while (write(wake_fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

bool EventLoop::AddFd(int fd, uint32_t events, FdCallback callback) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = EventId(fd, ++generation_);
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) return false;
  fds_[fd] = {std::make_shared<FdCallback>(std::move(callback)), generation_};
  return true;
}

bool EventLoop::ModifyFd(int fd, uint32_t events) {
  const auto found = fds_.find(fd);
  if (found == fds_.end()) return false;
  epoll_event event{};
  event.events = events;
  event.data.u64 = EventId(fd, found->second.generation);
  return epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0;
}

void EventLoop::RemoveFd(int fd) {
  if (fds_.erase(fd) > 0) epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::Run(Ticker* ticker, ike::Duration tick) {
  Turn(ticker, 0);
  while (!stopping_.load()) {
    const ike::TimePoint pause_end = now_ + tick;
    const bool at_once = ticker_wake_ <= now_;
    if (!at_once) SleepUntil(pause_end);
    Turn(ticker, at_once ? 0 : TimeoutMs());
  }
  Close();
}

void EventLoop::RunOnce(Ticker* ticker, ike::Duration longest) {
  const auto cap = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(longest).count());
  const int due = TimeoutMs();
  Turn(ticker, due < 0 ? cap : std::min(due, cap));
}

void EventLoop::Turn(Ticker* ticker, int timeout_ms) {
  Dispatch(timeout_ms);
  if (ticker != nullptr) ticker->BeforeTimers(now_);
  timers_.Advance(now_);
  ticker_wake_ = ticker == nullptr ? ike::TimePoint::max() : ticker->OnTick(now_);
}

void EventLoop::Dispatch(int timeout_ms) {
  epoll_event events[kEventsPerTurn];
  const int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, timeout_ms);  // EINTR: no events
  now_ = Clock::now();
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 == kMailboxId) {
      RunTasks();
      continue;
    }
    const auto found = fds_.find(static_cast<int>(events[i].data.u64 & UINT32_MAX));
    // Removed, or closed and reused, by an earlier callback of this turn.
    if (found == fds_.end()) continue;
    if (found->second.generation != events[i].data.u64 >> 32) continue;
    const std::shared_ptr<FdCallback> callback = found->second.callback;
    if (*callback) (*callback)(events[i].events);
  }
}

void EventLoop::RunTasks() {
  uint64_t count = 0;
  while (read(wake_fd_, &count, sizeof count) < 0 && errno == EINTR) {
  }
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(mailbox_);
  }
  for (Task& task : tasks) task();
}

int EventLoop::TimeoutMs() {
  const ike::TimePoint next = std::min(ticker_wake_, timers_.NextExpiry());
  if (next == ike::TimePoint::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 3'600'000));
}

void EventLoop::Close() {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      closed_ = mailbox_.empty();
      if (closed_) return;
    }
    RunTasks();
  }
}

}  // namespace exporter::net
