#include "probes/audit/ikev2_audit.h"

#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/offers.h"
#include "probes/algorithms/registry.h"

namespace ike::audit {
namespace {

// A rough guess, for a progress line.
constexpr uint32_t kQuestionsBesideSearches = 6;
constexpr uint32_t kQuestionsOfAnAxis = 3;
constexpr size_t kSearchedAxes = 4;

// Openings without any answer, each with all its retransmissions, before the version is called
// silent.
constexpr int kMostContacts = 2;

constexpr std::string_view kNoPublicValue =
    "this endpoint has to be asked with a public value of the group, which is unknown here or does "
    "not fit a datagram";

}  // namespace

Ikev2Audit::Ikev2Audit(const AuditLimits& limits) : limits_(limits), sender_(limits) {
  ChooseOracleGroup();
}

AuditStep Ikev2Audit::Next(TimePoint now) {
  if (!asking_ && !Plan()) return AuditStep{};
  return sender_.Next(now);
}

void Ikev2Audit::OnOutcome(const Outcome& outcome, TimePoint now) {
  if (!sender_.OnOutcome(outcome, now)) return;
  asking_ = false;
  Learn();
}

uint32_t Ikev2Audit::estimated_requests() const {
  if (phase_ == Phase::kDone) return requests();
  uint32_t estimate = requests();
  if (phase_ < Phase::kAxes) estimate += kQuestionsBesideSearches;
  for (size_t index = 0; index < kSearchedAxes; ++index) {
    if (!space_.axis(static_cast<Axis>(index)).settled()) estimate += kQuestionsOfAnAxis;
  }
  return estimate;
}

void Ikev2Audit::NoteImplementation(std::string_view name) {
  if (implementation_ == kUnknownImplementation) implementation_ = name;
}

bool Ikev2Audit::wants_implementation() const {
  bool all_refused = NothingAccepted() && space_.axis(Axis::kGroup).undecided().none();
  return all_refused && phase_ == Phase::kGroups && oracle_.trusted &&
         implementation_ == kUnknownImplementation && refused_.with_spi != refused_.without_spi;
}

// Whether the endpoint refuses before it looks at offers, having no IKEv2 configuration for us:
// then strongSwan's refusals carry a responder SPI and libreswan's do not; else it is the other way
// round (5.9 and 6.1, 4.10 and 5.2).
bool Ikev2Audit::IsUnconfigured() const {
  if (!NothingAccepted() || refused_.with_spi == refused_.without_spi) return false;
  if (implementation_ == kStrongSwan) return refused_.with_spi;
  return implementation_ == kLibreswan && refused_.without_spi;
}

VersionAudit Ikev2Audit::Result() const {
  VersionAudit result;
  result.requests = requests();
  result.responder = details_;
  result.implementation = implementation_;
  result.answered = sender_.ever_answered() && !refused_.version;
  if (!result.answered) return result;
  Ikev2Space space = space_;
  if (additional_.silent) space.ReopenAll();
  if (NothingAccepted() && space.axis(Axis::kGroup).undecided().none()) space.RefuseAll();
  space.Report(&result);
  ForEach(unaskable_groups_ & ~space.axis(Axis::kGroup).accepted(), [&](size_t index) {
    result.undecidable.push_back({{Kind::kDh, space.GroupAt(index), 0}, kNoPublicValue});
  });
  if (slots_unaskable_) {
    for (const Candidate& method : space.axis(SlotAxis(0)).candidates()) {
      if (!IsPostQuantum(method.id)) continue;
      result.undecidable.push_back({{Kind::kAdditionalKe, method.id, 0}, kNoPublicValue});
    }
  }
  result.ikev2_suites = suites_;
  result.complete = phase_ == Phase::kDone && !sender_.given_up() && result.unknown.empty();
  return result;
}

// --- Planning

bool Ikev2Audit::Plan() {
  while (phase_ != Phase::kDone) {
    bool nobody_there = contacts_ > kMostContacts && !sender_.ever_answered();
    if (sender_.given_up() || refused_.version || nobody_there) {
      phase_ = Phase::kDone;
      break;
    }
    if (question_.next < question_.messages.size()) {
      AskCurrentMessage();
    } else if (oracle_.nonsense_due) {
      AskNonsense();
    } else if (!PlanPhase()) {
      EnterNextPhase();
    }
    if (asking_) return true;
  }
  return false;
}

bool Ikev2Audit::PlanPhase() {
  switch (phase_) {
    case Phase::kGroups:
      return PlanGroups();
    case Phase::kVerify:
      return PlanVerify();
    case Phase::kAdditional:
      return PlanAdditional();
    case Phase::kAxes:
      return PlanAxes();
    case Phase::kRetry:
      return PlanRetry();
    case Phase::kLastResort:
      return PlanLastResort();
    case Phase::kDone:
      break;
  }
  return false;
}

void Ikev2Audit::EnterNextPhase() {
  bool groups_done = phase_ == Phase::kGroups && space_.axis(Axis::kGroup).undecided().none();
  phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
  if (!groups_done || !IsUnconfigured()) return;
  space_.RefuseSlots();
  phase_ = Phase::kDone;
}

bool Ikev2Audit::PlanGroups() {
  if (contacts_ > 0 && !sender_.ever_answered()) {
    AskOpening(Purpose::kContact,
               contacts_ == 1 ? PlainestIkev2Opening() : MakeIkev2Opening(ProposalSet::kBroad));
    return true;
  }
  return PlanSearch(Axis::kGroup);
}

// The first offer that the oracle called acceptable, with the public value of the group that it
// named: this time it has to be selected.
bool Ikev2Audit::PlanVerify() {
  if (!oracle_.trusted || verified_ || NothingAccepted()) return false;
  return shortest_match_ && AskReveal(*shortest_match_);
}

bool Ikev2Audit::PlanAxes() {
  if (NothingAccepted()) return false;
  if (additional_.verified && (PlanSearch(SlotAxis(0)) || PlanSearch(Axis::kGroup))) return true;
  for (Axis axis : {Axis::kPrf, Axis::kEncryption}) space_.axis(axis).OnCombinationAccepted();
  for (Axis axis : {Axis::kPrf, Axis::kIntegrity, Axis::kEncryption}) {
    if (axis == Axis::kIntegrity) space_.FavourIntegrityOfPrfs();
    if (PlanSearch(axis)) return true;
  }
  return additional_.verified && (PlanSlots(false) || PlanSlots(true));
}

bool Ikev2Audit::PlanRetry() {
  if (retried_ || !sender_.ever_answered()) return false;
  retried_ = true;
  space_.RetryAll();
  if (additional_.silent) {
    additional_.silent = false;
    additional_.step = AdditionalStep::kTolerant;
  }
  phase_ = Phase::kGroups;
  return PlanGroups();
}

bool Ikev2Audit::PlanLastResort() {
  if (!sender_.ever_answered()) return false;
  if (oracle_.trusted && !verified_ && !NothingAccepted()) {
    // It was too much for one datagram before the offers had become small.
    verified_ = true;
    ValueSet groups = space_.axis(Axis::kGroup).accepted();
    std::vector<Proposals> offers =
        BuildOffers(space_, {{space_.Accepted(), shapes_.back()}}, Frame(groups));
    bool asked = false;
    ForEach(groups, [&](size_t index) {
      if (!asked && !offers.empty()) asked = AskReveal({offers.front(), space_.GroupAt(index)});
    });
    return asked;
  }
  if (!NothingAccepted() || last_resorts_ >= 2) return false;
  if (last_resorts_ == 1 && refused_.last_resort) return false;
  AskOpening(Purpose::kLastResort,
             last_resorts_ == 0 ? MakeIkev2Opening(ProposalSet::kBroad) : PlainestIkev2Opening());
  ++last_resorts_;
  return true;
}

// What is hardly ever an additional key exchange is asked about last, when its partners are few.
ValueSet Ikev2Audit::NextSubset(Axis axis, bool rare_methods) const {
  const AxisSearch& search = space_.axis(axis);
  ValueSet subset = search.NextSubset();
  if (!IsSlot(axis) || rare_methods || search.positive().any()) return subset;
  return subset & space_.LikelyMethods(Index(axis) - Index(Axis::kSlot1));
}

bool Ikev2Audit::PlanSearch(Axis axis, bool rare_methods) {
  AxisSearch& search = space_.axis(axis);
  while (true) {
    Question question;
    question.axis = axis;
    question.subset = NextSubset(axis, rare_methods);
    if (question.subset.none()) return false;
    if (AskRevealInstead(search)) return true;
    std::vector<Combinations> wanted = Wanted(axis, question.subset);
    if (!wanted.empty()) {
      OfferFrame frame = Frame(wanted.front().values[Index(Axis::kGroup)]);
      question.messages = BuildOffers(space_, wanted, frame);
    }
    if (!question.messages.empty()) {
      AskMessages(std::move(question));
      return true;
    }
    search.OnNo(question.subset);  // nothing is left that it could be combined with
  }
}

}  // namespace ike::audit

namespace ike {

std::unique_ptr<Audit> MakeIkev2Audit(const AuditLimits& limits) {
  return std::make_unique<audit::Ikev2Audit>(limits);
}

}  // namespace ike
