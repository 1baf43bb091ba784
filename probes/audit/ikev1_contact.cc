#include "probes/audit/ikev1_contact.h"

#include <iterator>

namespace ike::audit {
namespace {

using Kind = Ikev1Contact::Kind;

// Where a gateway drops an offer whose life is longer than its own, and where it wants its own:
// common configurations have an hour or a day. Eight hours are offered by the plainest contact.
constexpr uint32_t kLives[] = {3600, 86400};

constexpr size_t kOtherGroups = std::size(kAggressiveGroups) - 1;

Ikev1Contact UsualContact(size_t index) {
  const uint16_t group = kAggressiveGroups[0];
  switch (index) {
    case 0:
      return {Kind::kRich, PlainMethods(), 0, 0, 0};
    case 1:
      return {Kind::kRich, XauthMethods(), 0, 0, 0};
    case kPlainestContact:
      return {Kind::kPlainest, PlainMethods(), 0, 0, 0};
    case 3:
      return {Kind::kAggressive, PlainMethods(), 0, group, 0};
    default:
      return {Kind::kAggressive, XauthMethods(), 0, group, 0};
  }
}

}  // namespace

size_t CountContacts(size_t rare_parts) {
  return kUsualContacts + std::size(kLives) + rare_parts + 2 * kOtherGroups;
}

Ikev1Contact ContactAt(size_t index, size_t rare_parts) {
  if (index < kUsualContacts) return UsualContact(index);
  index -= kUsualContacts;
  if (index < std::size(kLives)) return {Kind::kRich, PlainMethods(), kLives[index], 0, 0};
  index -= std::size(kLives);
  if (index < rare_parts) return {Kind::kRare, {kPsk}, 0, 0, index};
  index -= rare_parts;
  const bool xauth = index >= kOtherGroups;
  const uint16_t group = kAggressiveGroups[1 + index % kOtherGroups];
  return {Kind::kAggressive, xauth ? XauthMethods() : PlainMethods(), 0, group, 0};
}

}  // namespace ike::audit
