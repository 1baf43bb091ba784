// Ikev2Audit: the audit of IKEv2. Made by MakeIkev2Audit; interface and thread rule in
// probes/audit.h.
//
// Nearly all questions are asked through the INVALID_KE_PAYLOAD oracle: the KE payload is of a
// group that the endpoint refuses, so an offer with an acceptable combination is answered by
// INVALID_KE_PAYLOAD (RFC 7296 section 1.2) and any other by NO_PROPOSAL_CHOSEN, and neither leaves
// state. The oracle is checked against a real selection; where it fails, every question is a real
// opening.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "probes/audit/audit.h"
#include "probes/audit/ikev2_offer.h"
#include "probes/audit/ikev2_question.h"
#include "probes/audit/ikev2_space.h"
#include "probes/audit/question_sender.h"

namespace ike::audit {

class Ikev2Audit final : public Audit {
 public:
  explicit Ikev2Audit(const AuditLimits& limits);

  AuditStep Next(TimePoint now) override;
  void OnOutcome(const Outcome& outcome, TimePoint now) override;
  uint32_t requests() const override { return sender_.requests(); }
  uint32_t estimated_requests() const override;
  void NoteImplementation(std::string_view name) override;
  bool wants_implementation() const override;
  VersionAudit Result() const override;

 private:
  using Phase = Ikev2Phase;
  using Purpose = Ikev2Purpose;
  using Question = Ikev2Question;
  using Match = Ikev2Match;
  enum class Verdict : uint8_t { kYes, kNo, kNone };

  // Planning: each asks the next question of its phase; false = the phase is over.
  bool Plan();
  bool PlanPhase();
  void EnterNextPhase();
  bool PlanGroups();
  bool PlanVerify();
  bool PlanAdditional();
  bool PlanAxes();
  bool PlanRetry();
  bool PlanLastResort();
  bool PlanSlots(bool rare_methods);
  bool PlanSearch(Axis axis, bool rare_methods = false);
  ValueSet NextSubset(Axis axis, bool rare_methods) const;

  // Asking.
  void AskMessages(Question question);
  void AskCurrentMessage();
  bool AskReveal(const Match& match);
  bool AskRevealInstead(const AxisSearch& search);
  void AskNonsense();
  bool AskNonsenseMethod();
  bool AskAdditional(const std::vector<Combinations>& wanted);
  void AskOpening(Purpose purpose, Ikev2Opening opening);
  std::vector<Combinations> Wanted(Axis axis, const ValueSet& subset) const;
  OfferFrame Frame(const ValueSet& groups) const;
  uint16_t KeGroupFor(const ValueSet& groups) const;

  // Learning.
  Verdict Judge(const Outcome& outcome);
  void Learn();
  void LearnCurrentMatch(const Outcome& outcome);
  void LearnContact(Verdict verdict);
  void LearnSearch(Verdict verdict);
  void LearnSlots(Verdict verdict);
  void LearnReveal(Verdict verdict);
  void LearnNonsense(Verdict verdict);
  void LearnAdditional(Verdict verdict);
  void LearnLastResort(Verdict verdict);
  void OnSelected(const Outcome& outcome);
  Verdict OnOddAnswer();
  void ChooseOracleGroup();
  void DistrustOracle();
  void OnAdditionalRevealed(Verdict verdict);
  void NextAdditionalStep(bool yes);
  void FinishAdditional(bool verified);
  void NoteRefusal(const Outcome& outcome);
  bool IsUnconfigured() const;
  void AskWithoutGroup(uint16_t group);
  bool NothingAccepted() const { return space_.axis(Axis::kGroup).accepted().none(); }

  AuditLimits limits_;
  QuestionSender sender_;
  Ikev2Space space_;
  Phase phase_ = Phase::kGroups;
  Question question_;
  bool asking_ = false;
  ValueSet unaskable_groups_;
  bool slots_unaskable_ = false;

  OracleState oracle_;
  std::optional<Match> shortest_match_;  // the one with the shortest public value
  std::optional<Match> last_match_;      // explains the search that is on
  bool plain_matched_ = false;           // something is acceptable without additional key exchanges
  bool verified_ = false;
  int reveals_ = 0;

  std::vector<size_t> shapes_ = {0};  // how many slots the proposals of a search have
  AdditionalProgress additional_;
  RefusalsSeen refused_;
  bool retried_ = false;
  int contacts_ = 0;
  int last_resorts_ = 0;
  std::vector<Ikev2Suite> suites_;
  AnswerDetails details_;
  std::string_view implementation_ = kUnknownImplementation;
  bool details_of_selection_ = false;
};

}  // namespace ike::audit
