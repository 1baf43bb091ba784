// OpeningSet: the prepared openings that the targets of one ProbeSettings share. Made on the
// engine's thread when settings first appear; immutable.
#pragma once

#include <array>
#include <memory>
#include <unordered_map>

#include "probes/exchange/prepared_opening.h"
#include "probes/liveness/liveness.h"
#include "probes/target.h"

namespace exporter {

using PreparedPtr = std::shared_ptr<const ike::PreparedOpening>;

struct VersionOpenings {
  PreparedPtr full;
  std::array<PreparedPtr, 2> plainest;  // [1]: the alternate one, see OffersAlternate
  std::array<PreparedPtr, 2> refusal;   // likewise

  const PreparedPtr& of(ike::OpeningKind kind, bool alternate) const;
};

struct OpeningSet {
  std::shared_ptr<const ike::ProbeSettings> settings;
  VersionOpenings ikev1;
  VersionOpenings ikev2;

  const VersionOpenings& of(ike::IkeVersion version) const {
    return version == ike::IkeVersion::kV1 ? ikev1 : ikev2;
  }
};

std::shared_ptr<const OpeningSet> MakeOpeningSet(
    std::shared_ptr<const ike::ProbeSettings> settings);

// One OpeningSet per distinct settings object. Every request on the API brings settings of its own,
// so it forgets by itself what nobody else holds. One thread.
class OpeningCache {
 public:
  std::shared_ptr<const OpeningSet> For(const std::shared_ptr<const ike::ProbeSettings>& settings);
  // Forgets settings that only the cache still holds.
  void Sweep();
  size_t size() const { return entries_.size(); }

 private:
  static constexpr size_t kFirstSweep = 64;
  std::unordered_map<const ike::ProbeSettings*, std::shared_ptr<const OpeningSet>> entries_;
  size_t sweep_at_ = kFirstSweep;
};

}  // namespace exporter
