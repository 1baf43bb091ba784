#include "exporter/targets/weak_history.h"

#include <algorithm>

#include "exporter/targets/weak_algorithms.h"
#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using Rows = std::bitset<ike::kMostAlgorithms>;

void Add(IkeVersion version, const ike::AlgorithmId& id, Rows* rows) {
  const ike::Algorithm* row = ike::FindAnswered(version, id.kind, id.id, id.key_length);
  if (row != nullptr) rows->set(ike::IndexOf(*row));
}

Rows AcceptedIn(IkeVersion version, const ike::VersionAudit& audit) {
  Rows rows;
  ForEachAccepted(version, audit, [&](const ike::AlgorithmId& id) { Add(version, id, &rows); });
  return rows;
}

Rows UndecidedIn(IkeVersion version, const ike::VersionAudit& audit) {
  Rows rows;
  for (const ike::AlgorithmId& id : audit.unknown) Add(version, id, &rows);
  for (const ike::Undecidable& undecidable : audit.undecidable) {
    Add(version, undecidable.algorithm, &rows);
  }
  return rows;
}

}  // namespace

void WeakHistory::TakeAccepted(const ike::Algorithm& row, double at) {
  const auto known = std::ranges::find(accepted_, &row, &Accepted::row);
  const size_t index = ike::IndexOf(row);
  if (known == accepted_.end()) accepted_.push_back({&row, refused_[index] ? at : 0});
  refused_.reset(index);
}

void WeakHistory::TakeRefused(const ike::Algorithm& row) {
  std::erase_if(accepted_, [&row](const Accepted& accepted) { return accepted.row == &row; });
  refused_.set(ike::IndexOf(row));
}

void WeakHistory::Take(const ike::AuditResult& complete, double at,
                       const std::array<bool, 2>& silent) {
  for (const IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
    const std::optional<ike::VersionAudit>& audit = complete.of(version);
    if (!audit || (!audit->answered && !silent[static_cast<size_t>(version) - 1])) continue;
    const Rows accepted = AcceptedIn(version, *audit);
    const Rows undecided = audit->answered ? UndecidedIn(version, *audit) : Rows{};
    for (const ike::Algorithm& row : ike::AllAlgorithms()) {
      const size_t index = ike::IndexOf(row);
      if (row.version != version || !IsWeak(&row)) continue;
      if (accepted[index]) {
        TakeAccepted(row, at);
      } else if (!undecided[index]) {
        TakeRefused(row);
      }
    }
  }
}

std::optional<double> WeakHistory::SinceWhen(const ike::Algorithm& row) const {
  const auto known = std::ranges::find(accepted_, &row, &Accepted::row);
  if (known != accepted_.end()) return known->since;
  if (refused_[ike::IndexOf(row)]) return std::nullopt;
  return 0;
}

std::vector<const ike::Algorithm*> WeakHistory::refused() const {
  std::vector<const ike::Algorithm*> rows;
  for (const ike::Algorithm& row : ike::AllAlgorithms()) {
    if (refused_[ike::IndexOf(row)]) rows.push_back(&row);
  }
  return rows;
}

}  // namespace exporter
