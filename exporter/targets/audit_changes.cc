#include "exporter/targets/audit_changes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

using Accepted = std::vector<ike::AlgorithmId>;

struct Change {
  ike::IkeVersion version;
  bool accepted;  // else refused
};

std::string Describe(const ike::AlgorithmId& algorithm, Change change) {
  const ike::Algorithm* row =
      ike::FindAnswered(change.version, algorithm.kind, algorithm.id, algorithm.key_length);
  std::string name = row != nullptr ? std::string(row->label) : std::to_string(algorithm.id);
  return std::string(change.version == ike::IkeVersion::kV1 ? "IKEv1 " : "IKEv2 ") +
         std::string(ike::KindName(algorithm.kind)) + " " + name +
         (change.accepted ? " is accepted now" : " is no longer accepted");
}

// What is in `from` and missing `in` the other changed so.
void CountMissing(const Accepted& from, const Accepted& in, Change change, AuditHistory* history) {
  auto& changes = history->changes[static_cast<size_t>(change.version) - 1];
  for (const ike::AlgorithmId& algorithm : from) {
    if (std::find(in.begin(), in.end(), algorithm) != in.end()) continue;
    ++changes[static_cast<size_t>(algorithm.kind)][change.accepted ? 0 : 1];
    history->last_changes.push_back(Describe(algorithm, change));
  }
}

// Modes and the version itself are accepted or not, too.
Accepted AcceptedOf(const ike::AuditResult& result, ike::IkeVersion version) {
  const auto& audit = result.of(version);
  if (!audit) return {};
  Accepted accepted = audit->accepted;
  if (version == ike::IkeVersion::kV1 && audit->aggressive_mode) {
    accepted.push_back({ike::Kind::kMode, static_cast<uint16_t>(ike::Ikev1Mode::kAggressive), 0});
  }
  return accepted;
}

}  // namespace

void RecordAudit(std::shared_ptr<const ike::AuditResult> result, double finished_at,
                 const std::array<bool, 2>& silent, AuditHistory* history) {
  ++history->audits;
  history->last_run = finished_at;
  history->last_requests = result->requests;
  history->last_duration = result->duration;
  history->last_changes.clear();
  if (!result->success) {
    // Nothing was learnt: what was known stays.
    ++history->failures;
    if (!history->last) history->last = std::move(result);
    return;
  }
  if (result->complete && history->last_complete) {
    for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
      Accepted before = AcceptedOf(*history->last_complete, version);
      Accepted after = AcceptedOf(*result, version);
      CountMissing(after, before, {version, true}, history);
      CountMissing(before, after, {version, false}, history);
    }
  }
  if (result->complete) {
    history->weak.Take(*result, finished_at, silent);
    history->last_complete = result;
  }
  history->last = std::move(result);
}

}  // namespace exporter
