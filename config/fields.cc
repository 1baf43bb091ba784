#include "config/fields.h"

#include "config/suggest.h"

namespace config {
namespace {

// Known, but of the whole exporter: the mistake is its place, not its name.
struct Misplaced {
  std::string_view key;
  std::string_view scope;
};
constexpr Misplaced kMisplaced[] = {
    {"packets_per_second", "the whole exporter"},
    {"network_packets_per_second", "each network, whoever is probed there"},
};

}  // namespace

void ReportUnknownKey(const Member& member, std::string_view where,
                      std::span<const std::string_view> known, Problems& problems) {
  for (const Misplaced& misplaced : kMisplaced) {
    if (member.key != misplaced.key) continue;
    problems.Add(member.key_position, std::string(misplaced.key) + ": is one rate for " +
                                          std::string(misplaced.scope) +
                                          "; expected in [probe] only");
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
