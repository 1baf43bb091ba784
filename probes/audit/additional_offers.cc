#include "probes/audit/additional_offers.h"

namespace ike::audit {
namespace {

// Slots in which more than ML-KEM is offered where all seven are: no more fits a datagram.
constexpr size_t kSlotsOfAnyMethod = 2;

}  // namespace

Combinations StrictSlots(const Selection& values, size_t slots) {
  Combinations wanted{values, slots};
  wanted.values[Index(SlotAxis(slots - 1))].reset(kNoneOfSlot);
  return wanted;
}

// What is required may be seen by those only whose slots are all met; where nothing plain has shown
// tolerance, also by those that take NONE for what they lack, whatever they require.
std::vector<Combinations> StrictOffers(const Ikev2Space& space, bool plain_matched) {
  std::vector<Combinations> wanted = {StrictSlots(space.Everything(), 1)};
  if (!plain_matched) {
    Combinations any{space.Everything(), kAdditionalKeyExchangeSlots};
    for (size_t slot = kSlotsOfAnyMethod; slot < kAdditionalKeyExchangeSlots; ++slot) {
      any.values[Index(SlotAxis(slot))] =
          space.LikelyMethods(kAdditionalKeyExchangeSlots - 1) | Single(kNoneOfSlot);
    }
    wanted.push_back(any);
  }
  wanted.push_back(StrictSlots(space.Everything(), 2));
  wanted.push_back(StrictSlots(space.Everything(), 3));
  return wanted;
}

// Required elsewhere than in the first slot; and, since a method may be chosen only once (RFC 9370
// section 2.2.2) and daemons choose greedily, one method at a time that no other slot has.
std::vector<Combinations> OtherSlots(const Ikev2Space& space) {
  const ValueSet& ml_kem = space.LikelyMethods(kAdditionalKeyExchangeSlots - 1);
  Combinations any{space.Common(), kAdditionalKeyExchangeSlots};
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    any.values[Index(SlotAxis(slot))] = ml_kem | Single(kNoneOfSlot);
  }
  std::vector<Combinations> wanted;
  for (size_t slot = 1; slot < kAdditionalKeyExchangeSlots; ++slot) {
    wanted.push_back(any);
    wanted.back().values[Index(SlotAxis(slot))] = space.LikelyMethods(slot);
  }
  ForEach(ml_kem, [&](size_t method) {
    Combinations alone = any;
    for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
      alone.values[Index(SlotAxis(slot))].reset(method);
    }
    alone.values[Index(Axis::kSlot1)] = Single(method);
    wanted.push_back(alone);
  });
  return wanted;
}

}  // namespace ike::audit
