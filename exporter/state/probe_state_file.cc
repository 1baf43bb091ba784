#include "exporter/state/probe_state_file.h"

#include <utility>

#include "exporter/state/probe_state_json.h"
#include "exporter/state/sealed_rows.h"

namespace exporter {
namespace {

constexpr const char* kList = "targets";

// Empty where it was never probed.
std::string RowOf(const TargetEntry& entry) {
  AuditKey key;
  ProbedPast past;
  // Copied: the entry's lock is not held while it is written.
  entry.With([&](const ike::Target& target, const TargetState& state) {
    if (state.first_probed_at == 0) return;
    key = KeyOf(target);
    past = {state.up_changed_at, state.first_probed_at, state.up, state.versions, {}};
    if (state.history) past.uptime = state.history->uptime().parts();
  });
  if (past.first_probed_at == 0) return "";
  Json json = KeyState(key);
  json.update(ProbedPastState(past));
  return JsonText(json);
}

}  // namespace

ProbeStateFile::ProbeStateFile(std::string directory)
    : file_(std::move(directory), "probes.json") {}

tl::expected<size_t, std::string> ProbeStateFile::Load(const TargetTable& table) {
  if (!read_) {
    read_ = true;
    auto parsed = file_.Read([this](std::string_view text) {
      auto rows = ParseSealed(text, kList, [this](const Json& row) {
        auto key = ReadKey(row);
        auto past = ReadProbedPast(row);
        if (key && past) saved_.insert_or_assign(std::move(*key), *past);
        return key && past;
      });
      if (!rows) saved_.clear();  // a damaged file is never half believed
      return rows;
    });
    if (!parsed) return tl::make_unexpected(parsed.error());
  }
  size_t restored = 0;
  if (saved_.empty()) return restored;
  for (const EntryPtr& entry : table.entries) {
    auto saved = saved_.find(KeyOf(*entry->target()));
    if (saved == saved_.end()) continue;
    if (entry->RestoreProbes(saved->second)) ++restored;
    saved_.erase(saved);
  }
  return restored;
}

tl::expected<void, std::string> ProbeStateFile::Save(const TargetTable& table) {
  return file_.Write(SealedHead(kList), [&table](const SealedFile::AddRow& add) {
    for (const EntryPtr& entry : table.entries) {
      const std::string row = RowOf(*entry);
      if (!row.empty() && !add(row)) return;
    }
  });
}

}  // namespace exporter
