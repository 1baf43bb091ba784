// Which additional key exchanges (RFC 9370) the IKEv2 audit has to offer: mostly none. A responder
// that does not know the transform types 6 to 12 rejects proposals that have them (RFC 7296 section
// 3.3.6); one that knows them may have proposals that are acceptable with them only.
#include <algorithm>
#include <utility>

#include "probes/audit/ikev2_audit.h"

namespace ike::audit {
namespace {

constexpr size_t kMostStrictSlots = 3;

constexpr std::string_view kStrongSwan = "strongSwan";

// Slots in which more than ML-KEM is offered where all seven are: no more fits a datagram.
constexpr size_t kSlotsOfAnyMethod = 2;

// NONE is the first candidate of a slot.
constexpr size_t kNone = 0;

constexpr uint16_t kMlKem768 = 36;

// Of one question; more only where the public value leaves no room for offers.
constexpr size_t kMostMessages = 20;

// A key exchange method that IANA has not assigned.
constexpr uint16_t kUnassignedMethod = 1000;

bool OffersAllSlots(const Proposals& proposals) {
  constexpr uint8_t kLast = TransformType(SlotAxis(kAdditionalKeyExchangeSlots - 1));
  return std::ranges::any_of(proposals, [](const OfferedProposal& proposal) {
    return std::ranges::any_of(proposal.transforms,
                               [](const OfferedTransform& t) { return t.type == kLast; });
  });
}

void MakeNonsenseIfRequired(uint8_t type, OfferedProposal* proposal) {
  bool offered = false;
  for (const OfferedTransform& t : proposal->transforms) {
    if (t.type == type && t.id == 0) return;
    offered |= t.type == type;
  }
  if (!offered) return;
  std::erase_if(proposal->transforms, [type](const OfferedTransform& t) { return t.type == type; });
  proposal->transforms.push_back({type, kUnassignedMethod, 0});
}

}  // namespace

bool Ikev2Audit::PlanAdditional() {
  constexpr size_t kAllSlots = kAdditionalKeyExchangeSlots;
  switch (additional_) {
    case AdditionalStep::kTolerant: {
      if (!plain_matched_) {
        additional_ = AdditionalStep::kStrict;
        return PlanAdditional();
      }
      // This is about whether slots are understood, not about what is in them.
      bool suite_known = space_.axis(Axis::kPrf).accepted().any();
      Combinations wanted{suite_known ? space_.Accepted() : space_.Live(), kAllSlots};
      for (size_t slot = 0; slot < kAllSlots; ++slot) {
        size_t ml_kem = space_.axis(SlotAxis(slot)).Find(kMlKem768);
        wanted.values[Index(SlotAxis(slot))] = Single(ml_kem) | Single(kNone);
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
    case AdditionalStep::kStrict:
      return AskAdditional(StrictOffers());
    case AdditionalStep::kStrictSlots:
      return AskAdditional({StrictSlots(space_.Everything(), strict_asked_)});
    case AdditionalStep::kNonsense:
      return AskNonsenseMethod();
    case AdditionalStep::kVerify:
      if (AskReveal(*additional_match_)) return true;
      FinishAdditional(true);  // too long for a datagram
      break;
    case AdditionalStep::kDone:
      break;
  }
  return false;
}

// What is required may be seen by those only whose slots are all met; where nothing plain has shown
// tolerance, also by those that take NONE for what they lack, whatever they require.
std::vector<Combinations> Ikev2Audit::StrictOffers() const {
  std::vector<Combinations> wanted = {StrictSlots(space_.Everything(), 1)};
  if (!plain_matched_) {
    Combinations any{space_.Everything(), kAdditionalKeyExchangeSlots};
    for (size_t slot = kSlotsOfAnyMethod; slot < kAdditionalKeyExchangeSlots; ++slot) {
      any.values[Index(SlotAxis(slot))] =
          space_.LikelyMethods(kAdditionalKeyExchangeSlots - 1) | Single(kNone);
    }
    wanted.push_back(any);
  }
  wanted.push_back(StrictSlots(space_.Everything(), 2));
  wanted.push_back(StrictSlots(space_.Everything(), 3));
  return wanted;
}

// Whether any of the slots that have not been searched takes anything: mostly not, so that one
// question serves them all. True if something was asked.
bool Ikev2Audit::PlanSlots(bool rare_methods) {
  std::vector<size_t> slots;
  for (size_t slot = 0; slot < shapes_.back(); ++slot) {
    if (NextSubset(SlotAxis(slot), rare_methods).any()) slots.push_back(slot);
  }
  if (slots.size() < 2 || slots_one_by_one_[rare_methods]) {
    for (size_t slot : slots) {
      if (PlanSearch(SlotAxis(slot), rare_methods)) return true;
    }
    return false;
  }
  Question question;
  question.purpose = Purpose::kSlots;
  question.rare_methods = rare_methods;
  std::vector<Combinations> all;
  for (size_t slot : slots) {
    std::vector<Combinations> wanted =
        Wanted(SlotAxis(slot), NextSubset(SlotAxis(slot), rare_methods));
    all.insert(all.end(), wanted.begin(), wanted.end());
  }
  question.messages = BuildOffers(space_, all, Frame(space_.axis(Axis::kGroup).live()));
  if (question.messages.empty()) return false;
  AskMessages(std::move(question));
  return true;
}

void Ikev2Audit::LearnSlots(Verdict verdict) {
  bool rare = question_.rare_methods;
  if (verdict == Verdict::kYes) {
    LearnCurrentMatch(courier_.outcome());
    slots_one_by_one_[rare] = true;
    question_ = Question{};
    return;
  }
  question_.silent |= verdict == Verdict::kNone;
  if (++question_.next < question_.messages.size()) return;
  for (size_t slot = 0; slot < shapes_.back(); ++slot) {
    AxisSearch& search = space_.axis(SlotAxis(slot));
    ValueSet subset = NextSubset(SlotAxis(slot), rare);
    question_.silent ? search.OnSilence(subset) : search.OnNo(subset);
  }
  question_ = Question{};
}

// Required elsewhere than in the first slot; and, since a method may be chosen only once (RFC 9370
// section 2.2.2) and daemons choose greedily, one method at a time that no other slot has.
std::vector<Combinations> Ikev2Audit::OtherSlots() const {
  const ValueSet& ml_kem = space_.LikelyMethods(kAdditionalKeyExchangeSlots - 1);
  Combinations any{space_.Common(), kAdditionalKeyExchangeSlots};
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    any.values[Index(SlotAxis(slot))] = ml_kem | Single(kNone);
  }
  std::vector<Combinations> wanted;
  for (size_t slot = 1; slot < kAdditionalKeyExchangeSlots; ++slot) {
    wanted.push_back(any);
    wanted.back().values[Index(SlotAxis(slot))] = space_.LikelyMethods(slot);
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

Combinations Ikev2Audit::StrictSlots(const Selection& values, size_t slots) const {
  Combinations wanted{values, slots};
  wanted.values[Index(SlotAxis(slots - 1))].reset(kNone);
  return wanted;
}

bool Ikev2Audit::AskAdditional(const std::vector<Combinations>& wanted) {
  Question question;
  question.purpose = Purpose::kAdditional;
  question.messages = BuildOffers(space_, wanted, Frame(wanted[0].values[Index(Axis::kGroup)]));
  if (question.messages.size() > kMostMessages) {
    slots_unaskable_ = true;
    FinishAdditional(false);
    return false;
  }
  if (question.messages.empty()) return false;
  AskMessages(std::move(question));
  return true;
}

// The match once more, with a method that nobody has wherever one is required.
bool Ikev2Audit::AskNonsenseMethod() {
  Question question;
  question.purpose = Purpose::kAdditional;
  question.messages = {additional_match_->proposals};
  for (OfferedProposal& proposal : question.messages.front()) {
    for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
      MakeNonsenseIfRequired(TransformType(SlotAxis(slot)), &proposal);
    }
  }
  AskMessages(std::move(question));
  return true;
}

void Ikev2Audit::LearnAdditional(Verdict verdict) {
  if (verdict == Verdict::kYes) {
    LearnCurrentMatch(courier_.outcome());
    if (additional_ != AdditionalStep::kNonsense) additional_match_ = last_match_;
    // All slots at once: it took NONE where it has none.
    tolerant_ |= additional_ == AdditionalStep::kStrict && OffersAllSlots(last_match_->proposals);
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
      // A strongSwan that knows RFC 9370 takes NONE where it has no additional key exchange.
      if (!yes && implementation_ == kStrongSwan) FinishAdditional(false);
      return;
    case AdditionalStep::kFirstSlot:
      tolerant_ |= yes;
      additional_ = AdditionalStep::kNonsense;
      if (!yes)
        additional_ = tolerant_ ? AdditionalStep::kOtherSlots : AdditionalStep::kStrictSlots;
      return;
    case AdditionalStep::kOtherSlots:
      if (!yes) return FinishAdditional(false);
      additional_ = AdditionalStep::kNonsense;
      return;
    case AdditionalStep::kStrict:
      if (!yes) return FinishAdditional(false);
      strict_asked_ = 1;
      // Without anything plain to try it with, tolerance has not been asked about yet.
      additional_ = plain_matched_ ? AdditionalStep::kStrictSlots : AdditionalStep::kFirstSlot;
      return;
    case AdditionalStep::kStrictSlots:
      if (yes) strict_slots_.push_back(strict_asked_);
      if (++strict_asked_ > kMostStrictSlots) additional_ = AdditionalStep::kNonsense;
      return;
    case AdditionalStep::kNonsense:
      if (yes) return FinishAdditional(false);
      additional_ = AdditionalStep::kVerify;
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
  FinishAdditional(additional);
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
  for (size_t slot = shapes_.back(); slot < kAdditionalKeyExchangeSlots; ++slot) {
    AxisSearch& search = space_.axis(SlotAxis(slot));
    search.OnNo(search.undecided());
  }
}

}  // namespace ike::audit
