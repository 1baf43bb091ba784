// WeakHistory: since when an endpoint accepts each weak or broken algorithm, as far as its audits
// can tell: regressions are told by it from what was always there. Kept over restarts. Written and
// read under its TargetEntry's lock.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <vector>

#include "probes/algorithms/registry.h"

namespace ike {
struct AuditResult;
}

namespace exporter {

class WeakHistory {
 public:
  struct Accepted {
    const ike::Algorithm* row = nullptr;
    double since = 0;  // Unix time; 0 = no audit had found it refused before
  };

  // Takes a complete audit, which ended at `at`. What it leaves unknown or undecidable stays as it
  // was, and so does a version that gave no answer, except where `silent[version - 1]`: it has
  // never answered anything, while the other did, which for this purpose is a refusal.
  void Take(const ike::AuditResult& complete, double at, const std::array<bool, 2>& silent);

  // When a complete audit first found it accepted after an earlier one had found it refused; 0 if
  // the first to decide found it accepted. Absent where only an incomplete audit found it accepted
  // after a refusal: when it came has not been decided.
  std::optional<double> SinceWhen(const ike::Algorithm& row) const;

  // For the state file, which gives each of them back before the first Take.
  const std::vector<Accepted>& accepted() const { return accepted_; }
  std::vector<const ike::Algorithm*> refused() const;
  void RestoreAccepted(Accepted accepted) { accepted_.push_back(accepted); }
  void RestoreRefused(const ike::Algorithm& row) { refused_.set(ike::IndexOf(row)); }

 private:
  void TakeAccepted(const ike::Algorithm& row, double at);
  void TakeRefused(const ike::Algorithm& row);

  std::vector<Accepted> accepted_;
  std::bitset<ike::kMostAlgorithms> refused_;  // by IndexOf
};

}  // namespace exporter
