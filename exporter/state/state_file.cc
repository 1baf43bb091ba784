#include "exporter/state/state_file.h"

#include <optional>
#include <utility>

namespace exporter {
namespace {

// The entry's audits, copied: its lock is not held while they are written.
std::optional<std::pair<AuditKey, AuditHistory>> AuditsOf(const TargetEntry& entry) {
  return entry.With(
      [](const ike::Target& target,
         const TargetState& state) -> std::optional<std::pair<AuditKey, AuditHistory>> {
        if (!state.audit || !state.audit->last) return std::nullopt;
        return std::make_pair(KeyOf(target), *state.audit);
      });
}

}  // namespace

StateFile::StateFile(std::string directory) : file_(std::move(directory), "audits.json") {}

tl::expected<size_t, std::string> StateFile::Load(const TargetTable& table) {
  if (!read_) {
    read_ = true;
    auto parsed = file_.Read([this](std::string_view text) -> tl::expected<void, std::string> {
      auto audits = ParseState(text);
      if (!audits) return tl::make_unexpected(audits.error());
      saved_ = std::move(*audits);
      return {};
    });
    if (!parsed) return tl::make_unexpected(parsed.error());
  }
  size_t restored = 0;
  if (saved_.empty()) return restored;
  for (const EntryPtr& entry : table.entries) {
    auto saved = saved_.find(KeyOf(*entry->target()));
    if (saved == saved_.end()) continue;
    bool audited = entry->With(
        [](const ike::Target&, const TargetState& state) { return state.audit != nullptr; });
    if (!audited) {
      entry->RestoreAudit(std::move(saved->second));
      ++restored;
    }
    saved_.erase(saved);
  }
  return restored;
}

tl::expected<void, std::string> StateFile::Save(const TargetTable& table) {
  return file_.Write(StateHead(), [&table](const SealedFile::AddRow& add) {
    for (const EntryPtr& entry : table.entries) {
      auto audits = AuditsOf(*entry);
      if (audits && !add(StateRow(audits->first, audits->second))) return;
    }
  });
}

}  // namespace exporter
