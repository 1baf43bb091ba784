#include "exporter/state/state_saver.h"

#include <algorithm>
#include <utility>

#include "exporter/log/log.h"

namespace exporter {
namespace {

constexpr auto kLogPause = std::chrono::minutes(1);

// With very many targets one write takes seconds: then the pauses grow, so that writing never takes
// more than a twentieth of a core.
constexpr int kPausesPerWrite = 19;

}  // namespace

StateSaver::StateSaver(std::string what, Write write, Clock::duration pause)
    : what_(std::move(what)), write_(std::move(write)), pause_(pause), thread_([this] { Run(); }) {}

StateSaver::~StateSaver() { Stop(); }

void StateSaver::MarkDirty() {
  std::lock_guard lock(mutex_);
  if (dirty_) return;
  dirty_ = true;
  wake_.notify_one();
}

void StateSaver::Stop() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    wake_.notify_one();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  if (dirty_) WriteNow();
}

bool StateSaver::WriteNow() {
  auto written = write_();
  if (written) {
    if (std::exchange(failing_, false)) Log(LogLevel::kInfo, what_ + " are saved again");
    return true;
  }
  auto now = Clock::now();
  if (!failing_ || now >= silent_until_) {
    silent_until_ = now + kLogPause;
    Log(LogLevel::kError, what_ + " not saved", {{"error", written.error()}});
  }
  failing_ = true;
  return false;
}

void StateSaver::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return dirty_ || ending_; });
    if (ending_) return;
    dirty_ = false;
    lock.unlock();
    auto started = Clock::now();
    bool written = WriteNow();
    auto pause = std::max(pause_, (Clock::now() - started) * kPausesPerWrite);
    lock.lock();
    if (!written) dirty_ = true;
    if (wake_.wait_for(lock, pause, [this] { return ending_; })) return;
  }
}

}  // namespace exporter
