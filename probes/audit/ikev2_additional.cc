// Which additional key exchanges (RFC 9370) the IKEv2 audit has to offer: mostly none. A responder
// that does not know the transform types 6 to 12 rejects proposals that have them (RFC 7296 section
// 3.3.6); one that knows them may have proposals that are acceptable with them only.
#include <utility>

#include "probes/audit/ikev2_audit.h"

namespace ike::audit {
namespace {

constexpr size_t kMostStrictSlots = 3;

// NONE is the first candidate of a slot.
constexpr size_t kNone = 0;

}  // namespace

bool Ikev2Audit::PlanAdditional() {
  constexpr size_t kAllSlots = kAdditionalKeyExchangeSlots;
  switch (additional_) {
    case AdditionalStep::kTolerant: {
      if (!plain_matched_) {
        additional_ = AdditionalStep::kFirstSlot;
        return PlanAdditional();
      }
      // Only ML-KEM ones: this is about whether slots are understood, not about what is in them.
      bool suite_known = space_.axis(Axis::kPrf).accepted().any();
      Combinations wanted{suite_known ? space_.Accepted() : space_.Live(), kAllSlots};
      for (size_t slot = 0; slot < kAllSlots; ++slot) {
        wanted.values[Index(SlotAxis(slot))] = space_.LikelyMethods(kAllSlots - 1) | Single(kNone);
      }
      return AskAdditional({wanted});
    }
    case AdditionalStep::kFirstSlot: {
      Combinations wanted{space_.Everything(), kAllSlots};
      wanted.values[Index(Axis::kSlot1)].reset(kNone);
      return AskAdditional({wanted});
    }
    case AdditionalStep::kOtherSlots:
      return AskAdditional(OtherSlots());
    case AdditionalStep::kStrict: {
      Selection more = plain_matched_ ? space_.Common() : space_.Everything();
      return AskAdditional(
          {StrictSlots(space_.Everything(), 1), StrictSlots(more, 2), StrictSlots(more, 3)});
    }
    case AdditionalStep::kStrictSlots:
      return AskAdditional({StrictSlots(space_.Everything(), strict_asked_)});
    case AdditionalStep::kVerify:
      if (additional_match_ && AskReveal(*additional_match_)) return true;
      if (additional_tentative_) break;
      additional_tentative_ = true;
      FinishAdditional(true);
      return false;
    case AdditionalStep::kConfirm:
    case AdditionalStep::kDone:
      break;
  }
  return false;
}

// Required elsewhere than in the first slot; and, since a method may be chosen only once (RFC 9370
// section 2.2.2) and daemons choose greedily, one method at a time that no other slot has.
std::vector<Combinations> Ikev2Audit::OtherSlots() const {
  std::vector<Combinations> wanted;
  for (size_t slot = 1; slot < kAdditionalKeyExchangeSlots; ++slot) {
    wanted.push_back({space_.Common(), kAdditionalKeyExchangeSlots});
    wanted.back().values[Index(SlotAxis(slot))].reset(kNone);
  }
  ForEach(space_.LikelyMethods(kAdditionalKeyExchangeSlots - 1), [&](size_t method) {
    Combinations alone{space_.Common(), kAdditionalKeyExchangeSlots};
    for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
      alone.values[Index(SlotAxis(slot))].reset(method);
    }
    alone.values[Index(Axis::kSlot1)] = Single(method);
    wanted.push_back(alone);
  });
  return wanted;
}

Combinations Ikev2Audit::StrictSlots(const Selection& values, size_t slots) const {
  Combinations wanted{values, slots};
  wanted.values[Index(SlotAxis(slots - 1))].reset(kNone);
  return wanted;
}

bool Ikev2Audit::AskAdditional(const std::vector<Combinations>& wanted) {
  Question question;
  question.purpose = Purpose::kAdditional;
  question.messages = BuildOffers(space_, wanted, Frame(wanted[0].values[Index(Axis::kGroup)]));
  if (question.messages.empty()) return false;
  AskMessages(std::move(question));
  return true;
}

void Ikev2Audit::LearnAdditional(Verdict verdict) {
  if (verdict == Verdict::kYes) {
    LearnCurrentMatch(courier_.outcome());
    additional_match_ = last_match_;
  } else {
    question_.silent |= verdict == Verdict::kNone;
    if (++question_.next < question_.messages.size()) return;
  }
  bool silent = question_.silent && verdict != Verdict::kYes;
  question_ = Question{};
  if (silent) {
    additional_silent_ = true;
    additional_ = AdditionalStep::kDone;
    return;
  }
  NextAdditionalStep(verdict == Verdict::kYes);
}

void Ikev2Audit::NextAdditionalStep(bool yes) {
  switch (additional_) {
    case AdditionalStep::kTolerant:
      tolerant_ = yes;
      additional_ = yes ? AdditionalStep::kFirstSlot : AdditionalStep::kStrict;
      return;
    case AdditionalStep::kFirstSlot:
      tolerant_ |= yes;
      additional_ = yes ? AdditionalStep::kVerify : AdditionalStep::kOtherSlots;
      return;
    case AdditionalStep::kOtherSlots:
      if (!yes && tolerant_) return FinishAdditional(false);
      tolerant_ |= yes;
      additional_ = yes ? AdditionalStep::kVerify : AdditionalStep::kStrict;
      return;
    case AdditionalStep::kStrict:
      if (!yes) return FinishAdditional(false);
      additional_ = AdditionalStep::kStrictSlots;
      strict_asked_ = 1;
      return;
    case AdditionalStep::kStrictSlots:
      if (yes) strict_slots_.push_back(strict_asked_);
      if (++strict_asked_ > kMostStrictSlots) additional_ = AdditionalStep::kVerify;
      return;
    case AdditionalStep::kConfirm:
      additional_ = yes ? AdditionalStep::kVerify : AdditionalStep::kDone;
      return;
    case AdditionalStep::kVerify:
    case AdditionalStep::kDone:
      return;
  }
}

void Ikev2Audit::OnAdditionalRevealed(Verdict verdict) {
  if (verdict == Verdict::kNone) {
    additional_silent_ = true;
    additional_ = AdditionalStep::kDone;
    return;
  }
  bool additional = false;
  if (verdict == Verdict::kYes) {
    for (uint16_t method : courier_.outcome().ikev2.additional_ke) additional |= method != 0;
  }
  if (!additional_tentative_) return FinishAdditional(additional);
  additional_tentative_ = false;
  additional_ = AdditionalStep::kDone;
  if (!additional) space_.RefuseSlots();
}

// All that was found is acceptable together, so an offer of it with a method required has to be,
// too.
bool Ikev2Audit::ConfirmAdditional() {
  if (!additional_tentative_) return false;
  if (additional_ == AdditionalStep::kVerify) return PlanAdditional();
  if (additional_ == AdditionalStep::kConfirm) return false;
  for (size_t slot = 0; slot < shapes_.back(); ++slot) {
    if (space_.axis(SlotAxis(slot)).accepted().none()) continue;
    additional_ = AdditionalStep::kConfirm;
    Combinations wanted{space_.Accepted(), shapes_.back()};
    wanted.values[Index(SlotAxis(slot))].reset(kNone);
    return AskAdditional({wanted});
  }
  additional_tentative_ = false;  // there is none
  return false;
}

void Ikev2Audit::FinishAdditional(bool verified) {
  additional_ = AdditionalStep::kDone;
  additional_verified_ = verified;
  if (!verified) return space_.RefuseSlots();
  shapes_ = {kAdditionalKeyExchangeSlots};
  if (!tolerant_) {
    shapes_ = std::move(strict_slots_);
    if (plain_matched_) shapes_.insert(shapes_.begin(), 0);
  }
  space_.ReopenAll();
}

}  // namespace ike::audit
