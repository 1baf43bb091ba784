#include "exporter/log/log_line.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace exporter {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The length of the UTF-8 character that `text` begins with, 0 if it begins with none (RFC 3629
// section 4: neither overlong forms nor surrogates, nothing above U+10FFFF).
size_t CharacterLength(std::string_view text) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  uint8_t first = byte(0);
  uint8_t second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
  if (first < 0xe0) return 2;
  bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  if (overlong || beyond || !follows(2)) return 0;
  if (first < 0xf0) return 3;
  return follows(3) ? 4 : 0;
}

// C1 control characters are U+0080 to U+009F: terminals take them for escape sequences.
bool IsC1Control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xc2' &&
         static_cast<uint8_t>(character[1]) < 0xa0;
}

void AppendEscape(unsigned code, std::string* out) {
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\u%04x", code);
  out->append(escape);
}

void AppendAscii(char c, std::string* out) {
  auto byte = static_cast<uint8_t>(c);
  if (c == '"' || c == '\\') {
    out->push_back('\\');
    out->push_back(c);
  } else if (c == '\n') {
    out->append("\\n");
  } else if (byte < 0x20 || byte == 0x7f) {
    AppendEscape(byte, out);
  } else {
    out->push_back(c);
  }
}

// The inside of a JSON string; logfmt's readers take the same.
void AppendEscaped(std::string_view text, std::string* out) {
  while (!text.empty()) {
    size_t length = CharacterLength(text);
    std::string_view character = text.substr(0, std::max(length, size_t{1}));
    if (length == 0) {
      out->append(kReplacement);
    } else if (length == 1) {
      AppendAscii(text[0], out);
    } else if (IsC1Control(character)) {
      AppendEscape(static_cast<uint8_t>(character[1]), out);
    } else {
      out->append(character);
    }
    text.remove_prefix(character.size());
  }
}

bool NeedsQuotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           auto byte = static_cast<uint8_t>(c);
           return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '=' || c == '\\';
         });
}

}  // namespace

void AppendLogField(LogFormat format, std::string_view key, std::string_view value,
                    std::string* line) {
  bool json = format == LogFormat::kJson;
  if (json) {
    line->append(line->size() == 1 ? "\"" : ",\"").append(key).append("\":");
  } else {
    line->append(line->empty() ? "" : " ").append(key).append("=");
  }
  if (!json && !NeedsQuotes(value)) {
    line->append(value);
    return;
  }
  line->push_back('"');
  AppendEscaped(value, line);
  line->push_back('"');
}

std::string LogTime(int64_t milliseconds) {
  auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(milliseconds % 1000));
  return text;
}

std::string FormatLogLine(LogFormat format, std::string_view time, const LogLine& line) {
  bool json = format == LogFormat::kJson;
  std::string text = json ? "{" : "";
  AppendLogField(format, "ts", time, &text);
  AppendLogField(format, "level", kLogLevelNames[static_cast<size_t>(line.level)], &text);
  AppendLogField(format, "msg", line.message, &text);
  for (const LogField& field : line.fields) AppendLogField(format, field.key, field.value, &text);
  if (json) text.push_back('}');
  return text;
}

}  // namespace exporter
