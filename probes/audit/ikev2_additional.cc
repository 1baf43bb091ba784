// Which additional key exchanges (RFC 9370) the IKEv2 audit has to offer: mostly none. A responder
// that does not know the transform types 6 to 12 rejects proposals that have them (RFC 7296 section
// 3.3.6); one that knows them may have proposals that are acceptable with them only.
#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/audit/additional_offers.h"
#include "probes/audit/ikev2_audit.h"

namespace ike::audit {
namespace {

constexpr size_t kMostStrictSlots = 3;

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
  switch (additional_.step) {
    case AdditionalStep::kTolerant: {
      if (!plain_matched_) {
        additional_.step = AdditionalStep::kStrict;
        return PlanAdditional();
      }
      // This is about whether slots are understood, not about what is in them.
      bool suite_known = space_.axis(Axis::kPrf).accepted().any();
      Combinations wanted{suite_known ? space_.Accepted() : space_.Live(), kAllSlots};
      for (size_t slot = 0; slot < kAllSlots; ++slot) {
        size_t ml_kem = space_.axis(SlotAxis(slot)).Find(kMlKem768);
        wanted.values[Index(SlotAxis(slot))] = Single(ml_kem) | Single(kNoneOfSlot);
      }
      return AskAdditional({wanted});
    }
    case AdditionalStep::kFirstSlot: {
      Combinations wanted{space_.Everything(), kAllSlots};
      wanted.values[Index(Axis::kSlot1)].reset(kNoneOfSlot);
      return AskAdditional({wanted});
    }
    case AdditionalStep::kOtherSlots:
      return AskAdditional(OtherSlots(space_));
    case AdditionalStep::kStrict:
      return AskAdditional(StrictOffers(space_, plain_matched_));
    case AdditionalStep::kStrictSlots:
      return AskAdditional({StrictSlots(space_.Everything(), additional_.strict_asked)});
    case AdditionalStep::kNonsense:
      return AskNonsenseMethod();
    case AdditionalStep::kVerify:
      if (AskReveal(*additional_.match)) return true;
      FinishAdditional(true);  // too long for a datagram
      break;
    case AdditionalStep::kDone:
      break;
  }
  return false;
}

// Whether any of the slots that have not been searched takes anything: mostly not, so that one
// question serves them all. True if something was asked.
bool Ikev2Audit::PlanSlots(bool rare_methods) {
  std::vector<size_t> slots;
  for (size_t slot = 0; slot < shapes_.back(); ++slot) {
    if (NextSubset(SlotAxis(slot), rare_methods).any()) slots.push_back(slot);
  }
  if (slots.size() < 2 || additional_.one_by_one[rare_methods]) {
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
    LearnCurrentMatch(sender_.outcome());
    additional_.one_by_one[rare] = true;
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
  question.messages = {additional_.match->proposals};
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
    LearnCurrentMatch(sender_.outcome());
    if (additional_.step != AdditionalStep::kNonsense) additional_.match = last_match_;
    // All slots at once: it took NONE where it has none.
    additional_.tolerant |=
        additional_.step == AdditionalStep::kStrict && OffersAllSlots(last_match_->proposals);
  } else {
    question_.silent |= verdict == Verdict::kNone;
    if (++question_.next < question_.messages.size()) return;
  }
  bool silent = question_.silent && verdict != Verdict::kYes;
  question_ = Question{};
  if (silent) {
    additional_.silent = true;
    additional_.step = AdditionalStep::kDone;
    return;
  }
  NextAdditionalStep(verdict == Verdict::kYes);
}

void Ikev2Audit::NextAdditionalStep(bool yes) {
  switch (additional_.step) {
    case AdditionalStep::kTolerant:
      additional_.tolerant = yes;
      additional_.step = yes ? AdditionalStep::kFirstSlot : AdditionalStep::kStrict;
      // A strongSwan that knows RFC 9370 takes NONE where it has no additional key exchange.
      if (!yes && implementation_ == kStrongSwan) FinishAdditional(false);
      return;
    case AdditionalStep::kFirstSlot:
      additional_.tolerant |= yes;
      additional_.step = AdditionalStep::kNonsense;
      if (!yes)
        additional_.step =
            additional_.tolerant ? AdditionalStep::kOtherSlots : AdditionalStep::kStrictSlots;
      return;
    case AdditionalStep::kOtherSlots:
      if (!yes) return FinishAdditional(false);
      additional_.step = AdditionalStep::kNonsense;
      return;
    case AdditionalStep::kStrict:
      if (!yes) return FinishAdditional(false);
      additional_.strict_asked = 1;
      // Without anything plain to try it with, tolerance has not been asked about yet.
      additional_.step = plain_matched_ ? AdditionalStep::kStrictSlots : AdditionalStep::kFirstSlot;
      return;
    case AdditionalStep::kStrictSlots:
      if (yes) additional_.strict_slots.push_back(additional_.strict_asked);
      if (++additional_.strict_asked > kMostStrictSlots)
        additional_.step = AdditionalStep::kNonsense;
      return;
    case AdditionalStep::kNonsense:
      if (yes) return FinishAdditional(false);
      additional_.step = AdditionalStep::kVerify;
      return;
    case AdditionalStep::kVerify:
    case AdditionalStep::kDone:
      return;
  }
}

void Ikev2Audit::OnAdditionalRevealed(Verdict verdict) {
  if (verdict == Verdict::kNone) {
    additional_.silent = true;
    additional_.step = AdditionalStep::kDone;
    return;
  }
  bool additional = false;
  if (verdict == Verdict::kYes) {
    for (uint16_t method : sender_.outcome().ikev2.additional_ke) additional |= method != 0;
  }
  FinishAdditional(additional);
}

void Ikev2Audit::FinishAdditional(bool verified) {
  additional_.step = AdditionalStep::kDone;
  additional_.verified = verified;
  if (!verified) return space_.RefuseSlots();
  shapes_ = {kAdditionalKeyExchangeSlots};
  if (!additional_.tolerant) {
    shapes_ = std::move(additional_.strict_slots);
    if (plain_matched_) shapes_.insert(shapes_.begin(), 0);
  }
  space_.ReopenAll();
  for (size_t slot = shapes_.back(); slot < kAdditionalKeyExchangeSlots; ++slot) {
    AxisSearch& search = space_.axis(SlotAxis(slot));
    search.OnNo(search.undecided());
  }
}

}  // namespace ike::audit
