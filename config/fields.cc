#include "config/fields.h"

#include "config/suggest.h"

namespace config {
namespace {

// Known, but of the whole exporter: the mistake is its place, not its name.
constexpr std::string_view kPacketsPerSecond = "packets_per_second";

}  // namespace

void ReportUnknownKey(const Member& member, std::string_view where,
                      std::span<const std::string_view> known, Problems& problems) {
  if (member.key == kPacketsPerSecond) {
    problems.Add(member.key_position,
                 "packets_per_second: is one rate for the whole exporter; "
                 "expected in [probe] only");
    return;
  }
  std::string message = "unknown key " + Quoted(member.key);
  if (!where.empty()) message.append(" in ").append(where);
  const std::string_view nearest = Nearest(member.key, known);
  if (nearest.empty()) {
    message.append("; expected ").append(ListOf(known, false));
  } else {
    message.append("; expected ").append(Quoted(nearest)).append(", perhaps");
  }
  problems.Add(member.key_position, std::move(message));
}

}  // namespace config
