#include "exporter/limits/liveness_reservations.h"

#include <algorithm>

namespace exporter {

void LivenessReservations::Add(uint64_t address, const void* who, ike::TimePoint now) {
  std::vector<Claim>& claims = claims_[address];
  std::erase_if(claims, [&](const Claim& one) { return one.who == who || one.until <= now; });
  if (claims.size() < kMostPerAddress) claims.push_back({who, now + kLifetime});
}

void LivenessReservations::Withdraw(uint64_t address, const void* who) {
  auto found = claims_.find(address);
  if (found == claims_.end()) return;
  std::erase_if(found->second, [who](const Claim& one) { return one.who == who; });
  if (found->second.empty()) claims_.erase(found);
}

bool LivenessReservations::Exist(uint64_t address, ike::TimePoint now) const {
  auto found = claims_.find(address);
  return found != claims_.end() &&
         std::ranges::any_of(found->second, [now](const Claim& one) { return one.until > now; });
}

void LivenessReservations::Sweep(ike::TimePoint now) {
  for (auto at = claims_.begin(); at != claims_.end();) {
    std::erase_if(at->second, [now](const Claim& one) { return one.until <= now; });
    at = at->second.empty() ? claims_.erase(at) : std::next(at);
  }
}

}  // namespace exporter
