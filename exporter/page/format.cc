#include "exporter/page/format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/names.h"

namespace exporter {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kDay = 86400;

std::string Formatted(const char* format, double value) {
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string UtcText(double at, const char* format) {
  auto seconds = static_cast<std::time_t>(std::clamp(at, 0.0, 253402300799.0));  // year 9999
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 48> text;
  size_t size = std::strftime(text.data(), text.size(), format, &utc);
  return {text.data(), size};
}

}  // namespace

std::string DurationText(double seconds) {
  if (seconds < 2 * kMinute) return Formatted("%.0f s", std::floor(seconds));
  if (seconds < 2 * kHour) return Formatted("%.0f min", std::floor(seconds / kMinute));
  if (seconds < 2 * kDay) return Formatted("%.1f h", std::floor(seconds / kHour * 10) / 10);
  return Formatted("%.0f days", std::floor(seconds / kDay));
}

std::string AgoText(double at, double now) {
  if (at <= 0) return "never";
  return DurationText(std::max(0.0, now - at)) + " ago";
}

std::string IsoTime(double at) { return UtcText(at, "%Y-%m-%dT%H:%M:%SZ"); }

std::string RttText(double seconds) {
  if (std::isnan(seconds)) return "";
  double milliseconds = seconds * 1e3;
  return Formatted(milliseconds < 100 ? "%.1f ms" : "%.0f ms", milliseconds);
}

void AddAgo(double at, double now, Html* html) {
  if (at <= 0) {
    html->Raw("never");
    return;
  }
  html->Raw("<time").Attribute("datetime", IsoTime(at)).Raw(">").Text(AgoText(at, now));
  html->Raw("</time>");
}

void AddSince(double since, double now, Html* html) {
  html->Element("strong", "", DurationText(std::max(0.0, now - since))).Raw(", since <time");
  html->Attribute("datetime", IsoTime(since)).Raw(">");
  html->Text(UtcText(since, now - since < kDay ? "%H:%M:%S" : "%Y-%m-%d %H:%M")).Raw(" UTC</time>");
}

void AddTime(double at, double now, Html* html) {
  html->Raw("<time").Attribute("datetime", IsoTime(at)).Raw(">");
  html->Text(UtcText(at, now - at < kDay ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S"));
  html->Raw("</time> <small>").Text(AgoText(at, now)).Raw("</small>");
}

std::string_view VersionText(ike::IkeVersion version) {
  return version == ike::IkeVersion::kV1 ? "IKEv1" : "IKEv2";
}

std::string_view ReasonText(ike::Reason reason) {
  static constexpr std::array<std::string_view, ike::kReasonCount> kTexts = {
      "no failure",
      "the name does not resolve",
      "could not be sent from here",
      "port unreachable or connection refused",
      "no answer",
      "the answer is not IKE",
      "answered, but refused",
      "internal error"};
  return kTexts[static_cast<size_t>(reason)];
}

std::string NotifyText(ike::IkeVersion version, uint16_t notify) {
  std::string_view name = version == ike::IkeVersion::kV1 ? ike::wire::v1::NotifyName(notify)
                                                          : ike::wire::v2::NotifyName(notify);
  return ike::wire::NameOrNumber(name, notify);
}

std::string_view KindText(ike::Kind kind) {
  static constexpr std::array<std::string_view, ike::kKindNames.size()> kTexts = {
      "Encryption",
      "Integrity",
      "PRF",
      "Hash",
      "Key exchange group",
      "Additional key exchange",
      "Authentication",
      "Mode",
      "Protocol"};
  return kTexts[static_cast<size_t>(kind)];
}

}  // namespace exporter
