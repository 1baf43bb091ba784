// Structured logging over spdlog: logfmt or JSON lines on standard error. Set up once at start; Log
// may be called from any thread and never waits, not even for a reader that has stopped reading.
#pragma once

#include <initializer_list>
#include <string_view>

#include "exporter/log_line.h"

namespace exporter {

// The names are checked values of the flags or the configuration.
void StartLog(std::string_view level, std::string_view format);
void SetLogLevel(std::string_view level);
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace exporter
