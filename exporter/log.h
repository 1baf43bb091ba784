// Structured logging over spdlog: logfmt or JSON lines on standard error, every value quoted as its
// format needs. Set up once at start; Log may be called from any thread and never waits for a slow
// reader.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace exporter {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string_view key;
  std::string value;
};

// `level` and `format` are the checked values of the flags.
void StartLog(std::string_view level, std::string_view format);
void SetLogLevel(std::string_view level);
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// One line without its end, as it is written; for tests.
std::string FormatLogLine(bool json, LogLevel level, std::string_view time,
                          std::string_view message, std::initializer_list<LogField> fields);

}  // namespace exporter
