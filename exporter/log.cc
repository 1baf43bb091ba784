#include "exporter/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace exporter {
namespace {

// Lines that wait while the log's reader does not read; the oldest are dropped beyond.
constexpr size_t kQueuedLines = 8192;

constexpr const char* kLevelNames[] = {"debug", "info", "warn", "error"};

bool g_json = false;  // set once before any thread logs

void AppendEscaped(std::string_view text, std::string* out) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out->append(escape);
    } else {
      out->push_back(c);
    }
  }
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

void AppendField(bool json, std::string_view key, std::string_view value, std::string* line) {
  if (json) {
    line->append(line->size() == 1 ? "\"" : ",\"").append(key).append("\":\"");
    AppendEscaped(value, line);
    line->push_back('"');
    return;
  }
  if (!line->empty()) line->push_back(' ');
  line->append(key).push_back('=');
  if (!NeedsQuotes(value)) {
    line->append(value);
    return;
  }
  line->push_back('"');
  AppendEscaped(value, line);
  line->push_back('"');
}

std::string Now() {
  auto now = std::chrono::system_clock::now();
  std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(millis.count()));
  return text;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                   spdlog::level::warn, spdlog::level::err};
  return kLevels[static_cast<int>(level)];
}

}  // namespace

std::string FormatLogLine(bool json, LogLevel level, std::string_view time,
                          std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = json ? "{" : "";
  AppendField(json, "ts", time, &line);
  AppendField(json, "level", kLevelNames[static_cast<int>(level)], &line);
  AppendField(json, "msg", message, &line);
  for (const LogField& field : fields) AppendField(json, field.key, field.value, &line);
  if (json) line.push_back('}');
  return line;
}

void StartLog(std::string_view level, std::string_view format) {
  g_json = format == "json";
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "log", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
  SetLogLevel(level);
}

void SetLogLevel(std::string_view level) {
  for (int i = 0; i < 4; ++i) {
    if (level == kLevelNames[i]) spdlog::set_level(SpdlogLevel(static_cast<LogLevel>(i)));
  }
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  auto wanted = SpdlogLevel(level);
  if (!spdlog::should_log(wanted)) return;
  spdlog::log(wanted, FormatLogLine(g_json, level, Now(), message, fields));
}

}  // namespace exporter
