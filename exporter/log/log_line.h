// The form of log lines: logfmt or JSON, every value quoted as its format needs, so that no value,
// whoever chose it, looks like another field or line, or makes a terminal do anything. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
inline constexpr std::string_view kLogLevelNames[] = {"debug", "info", "warn", "error"};

enum class LogFormat : uint8_t { kLogfmt, kJson };

struct LogField {
  std::string_view key;  // a constant word
  std::string value;
};

// `key=value` or `,"key":"value"`, with what separates it from what stands before.
void AppendLogField(LogFormat format, std::string_view key, std::string_view value,
                    std::string* line);

// "2026-11-24T02:54:48.235Z"; `milliseconds` of Unix time.
std::string LogTime(int64_t milliseconds);

struct LogLine {
  LogLevel level = LogLevel::kInfo;
  std::string_view message;
  std::vector<LogField> fields;
};

// Without the line's end.
std::string FormatLogLine(LogFormat format, std::string_view time, const LogLine& line);

}  // namespace exporter
