// What the IKEv2 audit concludes from answers.
#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/key_share.h"
#include "probes/audit/ikev2_audit.h"
#include "probes/exchange/fingerprint.h"

namespace ike::audit {
namespace {

constexpr uint16_t kNoProposalChosen = 14;  // RFC 7296 section 3.10.1

// Another oracle group after INVALID_SYNTAX and the like so often, then real openings.
constexpr int kMaxOddAnswers = 3;

constexpr size_t kSmallestMessageLimit = 400;

}  // namespace

void Ikev2Audit::Learn() {
  const Outcome& outcome = sender_.outcome();
  if (outcome.answered() && !outcome.version_answered) {
    refused_.version = true;
    return;
  }
  if (outcome.answered() && !details_of_selection_) details_ = outcome.details;
  if (outcome.answered()) {
    std::string_view name = Fingerprint(outcome);
    if (name != kUnknownImplementation) implementation_ = name;
  }
  NoteRefusal(outcome);
  Purpose purpose = question_.purpose;
  Verdict verdict = Judge(outcome);
  if (question_.messages.empty()) return;  // judging made it void
  switch (purpose) {
    case Purpose::kContact:
      return LearnContact(verdict);
    case Purpose::kSearch:
      return LearnSearch(verdict);
    case Purpose::kSlots:
      return LearnSlots(verdict);
    case Purpose::kReveal:
      return LearnReveal(verdict);
    case Purpose::kNonsense:
      return LearnNonsense(verdict);
    case Purpose::kAdditional:
      return LearnAdditional(verdict);
    case Purpose::kLastResort:
      return LearnLastResort(verdict);
  }
}

void Ikev2Audit::NoteRefusal(const Outcome& outcome) {
  if (outcome.answer != AnswerKind::kErrorNotify) return;
  if (outcome.error_notify != kNoProposalChosen) return;
  (outcome.responder_spi != 0 ? refused_.with_spi : refused_.without_spi) = true;
}

Ikev2Audit::Verdict Ikev2Audit::Judge(const Outcome& outcome) {
  switch (outcome.answer) {
    case AnswerKind::kSelected:
      OnSelected(outcome);
      return Verdict::kYes;
    case AnswerKind::kInvalidKe:
      if (!oracle_.trusted || question_.purpose == Purpose::kReveal) return Verdict::kNone;
      if (!OffersGroup(question_.messages[question_.next], outcome.invalid_ke_group)) {
        DistrustOracle();
        return Verdict::kNone;
      }
      return Verdict::kYes;
    case AnswerKind::kErrorNotify:
      return outcome.error_notify == kNoProposalChosen ? Verdict::kNo : OnOddAnswer();
    case AnswerKind::kNone:
    case AnswerKind::kCookie:
      break;
  }
  return Verdict::kNone;
}

void Ikev2Audit::OnSelected(const Outcome& outcome) {
  if (std::ranges::find(suites_, outcome.ikev2) == suites_.end()) suites_.push_back(outcome.ikev2);
  space_.Learn(outcome.ikev2);
  if (!details_of_selection_ || question_.purpose == Purpose::kReveal) details_ = outcome.details;
  details_of_selection_ = true;
  if (oracle_.trusted && outcome.ikev2.group == oracle_.group) ChooseOracleGroup();
}

// libreswan, for one, answers INVALID_SYNTAX to KE payloads of some groups.
Ikev2Audit::Verdict Ikev2Audit::OnOddAnswer() {
  if (question_.purpose == Purpose::kAdditional) return Verdict::kNo;
  if (!oracle_.trusted || question_.purpose != Purpose::kSearch) return Verdict::kNone;
  if (++oracle_.odd_answers >= kMaxOddAnswers) {
    DistrustOracle();
    return Verdict::kNone;
  }
  ChooseOracleGroup();
  question_ = Question{};  // planned again with the new group
  return Verdict::kNone;
}

void Ikev2Audit::LearnCurrentMatch(const Outcome& outcome) {
  uint16_t group = outcome.selected() ? outcome.ikev2.group : outcome.invalid_ke_group;
  space_.axis(Axis::kGroup).Accept(space_.GroupIndex(group));
  last_match_ = Match{question_.messages[question_.next], group};
  if (!shortest_match_ || KeyShareLength(group) < KeyShareLength(shortest_match_->group)) {
    shortest_match_ = last_match_;
  }
  if (question_.purpose == Purpose::kSearch && shapes_.front() == 0) plain_matched_ = true;
}

// Nobody has answered yet. Rich openings silence some daemons, and some paths lose large datagrams.
void Ikev2Audit::LearnContact(Verdict) {
  question_ = Question{};
  ++contacts_;
  if (sender_.ever_answered() && limits_.max_message_bytes / 2 > kSmallestMessageLimit) {
    limits_.max_message_bytes /= 2;
  }
}

void Ikev2Audit::LearnSearch(Verdict verdict) {
  if (verdict == Verdict::kNone && !sender_.ever_answered()) return LearnContact(verdict);
  AxisSearch& search = space_.axis(question_.axis);
  bool by_name = question_.axis == Axis::kGroup;
  if (verdict == Verdict::kYes) {
    LearnCurrentMatch(sender_.outcome());
    if (by_name && sender_.outcome().answer == AnswerKind::kInvalidKe) {
      return AskWithoutGroup(sender_.outcome().invalid_ke_group);
    }
    if (!by_name) search.OnYes(question_.subset);
    if (!by_name && oracle_.trusted && !oracle_.refusal_proven) oracle_.nonsense_due = true;
    question_ = Question{};
    return;
  }
  if (verdict == Verdict::kNone) question_.silent = true;
  if (++question_.next < question_.messages.size()) return;
  if (question_.silent) {
    search.OnSilence(question_.subset);
  } else {
    search.OnNo(question_.subset);
    oracle_.refusal_proven |= !by_name;
  }
  question_ = Question{};
}

// The same messages less the group that was named. Those before stay refused.
void Ikev2Audit::AskWithoutGroup(uint16_t group) {
  const AxisSearch& search = space_.axis(Axis::kGroup);
  bool oracle_refused = search.refused()[space_.GroupIndex(oracle_.group)];
  auto is_group = [](const OfferedTransform& t) { return t.type == TransformType(Axis::kGroup); };
  auto asks_nothing = [&](const OfferedProposal& proposal) {
    return std::ranges::none_of(proposal.transforms, [&](const OfferedTransform& t) {
      return is_group(t) && (t.id != oracle_.group || !oracle_refused);
    });
  };
  std::vector<Proposals>& messages = question_.messages;
  for (size_t index = question_.next; index < messages.size(); ++index) {
    for (OfferedProposal& proposal : messages[index]) {
      std::erase_if(proposal.transforms,
                    [&](const OfferedTransform& t) { return is_group(t) && t.id == group; });
    }
    std::erase_if(messages[index], asks_nothing);
  }
  std::erase_if(messages, [](const Proposals& message) { return message.empty(); });
  if (question_.next < messages.size()) return;
  if (question_.silent) {
    space_.axis(Axis::kGroup).OnSilence(question_.subset);
  } else {
    space_.axis(Axis::kGroup).OnNo(question_.subset);
  }
  question_ = Question{};
}

void Ikev2Audit::LearnReveal(Verdict verdict) {
  uint16_t group = 0;
  for (const OfferedTransform& t : question_.messages.front().front().transforms) {
    if (t.type == TransformType(Axis::kGroup)) group = t.id;
  }
  bool answered = sender_.outcome().answered();
  question_ = Question{};
  if (verdict == Verdict::kYes && sender_.outcome().ikev2.group == group) verified_ = true;
  if (additional_.step == AdditionalStep::kVerify) return OnAdditionalRevealed(verdict);
  if (verdict == Verdict::kYes && sender_.outcome().ikev2.group == group) return;
  // What the oracle called acceptable was not selected.
  if (answered) return DistrustOracle();
  if (phase_ == Phase::kVerify)
    shortest_match_.reset();  // silence: checked when the next one matches
}

void Ikev2Audit::LearnNonsense(Verdict verdict) {
  question_ = Question{};
  if (verdict == Verdict::kYes) return DistrustOracle();
  oracle_.refusal_proven = verdict == Verdict::kNo;
}

void Ikev2Audit::LearnLastResort(Verdict verdict) {
  question_ = Question{};
  refused_.last_resort = verdict == Verdict::kNo;
  if (verdict == Verdict::kYes && oracle_.trusted) DistrustOracle();
}

}  // namespace ike::audit
