#include "exporter/engine/openings.h"

#include <algorithm>

#include "probes/algorithms/offers.h"

namespace exporter {
namespace {

PreparedPtr Prepare(ike::Opening opening) {
  return std::make_shared<const ike::PreparedOpening>(std::move(opening));
}

ike::Ikev1Opening Ikev1Full(const ike::ProbeSettings& settings) {
  if (settings.exchange == ike::Ikev1Mode::kMain)
    return ike::MakeIkev1MainOpening(settings.proposal);
  ike::Ikev1Opening opening =
      ike::MakeIkev1AggressiveOpening(settings.proposal, settings.aggressive_dh_group);
  opening.id_type = settings.aggressive_id_type;
  opening.id = settings.aggressive_id;
  return opening;
}

// Where Aggressive Mode is what is watched, nothing plainer says the same.
ike::Ikev1Opening Ikev1Plainest(const ike::ProbeSettings& settings) {
  if (settings.exchange == ike::Ikev1Mode::kMain) return ike::PlainestIkev1Opening();
  ike::Ikev1Opening opening = Ikev1Full(settings);
  opening.send_vendor_ids = false;
  return opening;
}

ike::Ikev2Opening WithRedirect(ike::Ikev2Opening opening) {
  opening.redirect_supported = true;
  return opening;
}

}  // namespace

const PreparedPtr& VersionOpenings::of(ike::OpeningKind kind, bool alternate) const {
  if (kind == ike::OpeningKind::kPlainest) return plainest[alternate];
  return kind == ike::OpeningKind::kRefusal ? refusal[alternate] : full;
}

std::shared_ptr<const OpeningSet> MakeOpeningSet(std::shared_ptr<const ike::ProbeSettings> shared) {
  const ike::ProbeSettings& settings = *shared;
  auto set = std::make_shared<OpeningSet>();
  set->settings = std::move(shared);
  set->ikev1 = {
      Prepare(Ikev1Full(settings)),
      {Prepare(Ikev1Plainest(settings)), Prepare(ike::WithXauth(Ikev1Plainest(settings)))},
      {Prepare(ike::RefusedIkev1Opening()), Prepare(ike::WithXauth(ike::RefusedIkev1Opening()))}};
  set->ikev2 = {
      Prepare(ike::MakeIkev2Opening(settings.proposal)),
      {Prepare(ike::PlainestIkev2Opening()), Prepare(WithRedirect(ike::PlainestIkev2Opening()))},
      {Prepare(ike::RefusedIkev2Opening()), Prepare(WithRedirect(ike::RefusedIkev2Opening()))}};
  return set;
}

std::shared_ptr<const OpeningSet> OpeningCache::For(
    const std::shared_ptr<const ike::ProbeSettings>& settings) {
  if (entries_.size() >= sweep_at_) Sweep();
  std::shared_ptr<const OpeningSet>& openings = entries_[settings.get()];
  if (!openings) openings = MakeOpeningSet(settings);
  return openings;
}

void OpeningCache::Sweep() {
  std::erase_if(entries_, [](const auto& item) {
    return item.second.use_count() == 1 && item.second->settings.use_count() == 1;
  });
  sweep_at_ = std::max(kFirstSweep, entries_.size() * 2);
}

}  // namespace exporter
