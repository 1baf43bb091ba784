#include "exporter/log/log.h"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <mutex>
#include <string>

#include "exporter/log/log_limit.h"

namespace exporter {
namespace {

// Lines that wait while the log's reader does not read; the oldest are dropped beyond.
constexpr size_t kQueuedLines = 8192;
// How long a reader may take for a line before it is given up, once.
constexpr int kReaderPatienceMs = 1000;

// Standard error without ever waiting for good: a reader that stopped reading loses lines instead
// of keeping the exporter from stopping.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string text(message.payload.begin(), message.payload.end());
    text.push_back('\n');
    if (broken_line_) text.insert(0, "\n");
    std::string_view rest = text;
    while (!rest.empty() && Writable()) {
      // A pipe that polls as writable takes this much without waiting.
      ssize_t written = write(STDERR_FILENO, rest.data(), std::min<size_t>(rest.size(), PIPE_BUF));
      if (written < 0 && errno != EINTR && errno != EAGAIN) break;
      rest.remove_prefix(static_cast<size_t>(std::max<ssize_t>(written, 0)));
    }
    broken_line_ = !rest.empty() && (rest.size() < text.size() || broken_line_);
  }
  void flush_() override {}

 private:
  bool Writable() {
    pollfd descriptor{STDERR_FILENO, POLLOUT, 0};
    int ready = poll(&descriptor, 1, patience_ms_);
    patience_ms_ = ready > 0 ? kReaderPatienceMs : 0;
    return ready > 0;
  }

  int patience_ms_ = kReaderPatienceMs;
  bool broken_line_ = false;
};

struct Topic {
  std::atomic<LogLevel> least{LogLevel::kInfo};
  std::mutex mutex;
  LogLimit limit;  // protected by mutex
};

struct Settings {
  LogFormat format = LogFormat::kLogfmt;  // set once before any thread logs
  std::array<Topic, 2> topics;
  std::array<std::atomic<uint64_t>, std::size(kLogLevelNames)> lines{};

  Topic& of(LogTopic topic) { return topics[static_cast<size_t>(topic)]; }
};

Settings& TheSettings() {
  static Settings settings;
  return settings;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                   spdlog::level::warn, spdlog::level::err};
  return kLevels[static_cast<size_t>(level)];
}

std::string Now() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return LogTime(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

void Write(LogTopic about, LogLevel level, std::string_view message,
           std::initializer_list<LogField> fields) {
  if (!Logs(about, level)) return;
  Settings& settings = TheSettings();
  settings.lines[static_cast<size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  LogLine line{level, message, fields};
  std::string repeated = FormatLogLine(settings.format, "", line);
  LogLimit::Verdict verdict;
  {
    Topic& topic = settings.of(about);
    std::lock_guard lock(topic.mutex);
    verdict = topic.limit.Ask(repeated, std::chrono::steady_clock::now());
  }
  if (!verdict.write) return;
  if (verdict.left_out > 0) line.fields.push_back({"left_out", std::to_string(verdict.left_out)});
  spdlog::log(SpdlogLevel(level), FormatLogLine(settings.format, Now(), line));
}

}  // namespace

void StartLog(std::string_view level, std::string_view format) {
  TheSettings().format = format == "json" ? LogFormat::kJson : LogFormat::kLogfmt;
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "log", std::make_shared<StderrSink>(), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::trace);  // each topic has a level of its own
  for (LogTopic topic : {LogTopic::kExporter, LogTopic::kProbes}) SetLogLevel(topic, level);
}

void SetLogLevel(LogTopic topic, std::string_view level) {
  auto name = std::find(std::begin(kLogLevelNames), std::end(kLogLevelNames), level);
  if (name == std::end(kLogLevelNames)) return;
  TheSettings().of(topic).least = static_cast<LogLevel>(name - std::begin(kLogLevelNames));
}

bool Logs(LogTopic topic, LogLevel level) {
  return level >= TheSettings().of(topic).least.load(std::memory_order_relaxed);
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Write(LogTopic::kExporter, level, message, fields);
}

void LogProbe(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Write(LogTopic::kProbes, level, message, fields);
}

uint64_t LogLines(LogLevel level) {
  return TheSettings().lines[static_cast<size_t>(level)].load(std::memory_order_relaxed);
}

}  // namespace exporter
