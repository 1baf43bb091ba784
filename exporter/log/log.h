// Structured logging over spdlog: logfmt or JSON lines on standard error. Set up once at start; Log
// may be called from any thread and never waits, not even for a reader that has stopped reading.
// Lines about single probes have a level and a limit of their own, so that they can be asked for
// without all the rest and never take its place.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "exporter/log/log_line.h"

namespace exporter {

enum class LogTopic : uint8_t { kExporter, kProbes };

// The names are checked values of the flags or the configuration.
void StartLog(std::string_view level, std::string_view format);
void SetLogLevel(LogTopic topic, std::string_view level);

// Whether such a line would be written; cheap.
bool Logs(LogTopic topic, LogLevel level);
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
void LogProbe(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

// How many lines of that level there were since the start, those that a limit left out included.
uint64_t LogLines(LogLevel level);

}  // namespace exporter
