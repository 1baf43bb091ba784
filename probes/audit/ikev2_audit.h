// Ikev2Audit: the audit of IKEv2. Made by MakeIkev2Audit; interface and thread rule in
// probes/audit.h.
//
// Nearly all questions are asked through the INVALID_KE_PAYLOAD oracle: the KE payload is of a
// group that the endpoint refuses, so an offer with an acceptable combination is answered by
// INVALID_KE_PAYLOAD (RFC 7296 section 1.2) and any other by NO_PROPOSAL_CHOSEN, and neither leaves
// state. The oracle is checked against a real selection; where it fails, every question is a real
// opening.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "probes/audit.h"
#include "probes/audit/courier.h"
#include "probes/audit/ikev2_offer.h"
#include "probes/audit/ikev2_space.h"

namespace ike::audit {

class Ikev2Audit final : public Audit {
 public:
  explicit Ikev2Audit(const AuditLimits& limits);

  AuditStep Next(TimePoint now) override;
  void OnOutcome(const Outcome& outcome, TimePoint now) override;
  uint32_t requests() const override { return courier_.requests(); }
  uint32_t estimated_requests() const override;
  void NoteImplementation(std::string_view name) override;
  bool wants_implementation() const override;
  VersionAudit Result() const override;

 private:
  enum class Phase : uint8_t {
    kGroups,      // which groups, and which one serves the oracle
    kVerify,      // a real selection of what the oracle named
    kAdditional,  // whether RFC 9370 offers change anything
    kAxes,
    kRetry,       // what met silence, once more
    kLastResort,  // nothing accepted: plain openings, in case the oracle hid it
    kDone
  };
  enum class Purpose : uint8_t {
    kContact,  // the plainest opening: is anybody there?
    kSearch,
    kSlots,  // the searches of several slots at once
    kReveal,
    kNonsense,  // an unassigned cipher: a trustworthy oracle refuses it
    kAdditional,
    kLastResort
  };
  enum class Verdict : uint8_t { kYes, kNo, kNone };

  struct Question {
    Purpose purpose = Purpose::kSearch;
    Axis axis = Axis::kGroup;
    ValueSet subset;
    std::vector<Proposals> messages;
    size_t next = 0;
    bool silent = false;        // one of the messages got no verdict
    bool rare_methods = false;  // kSlots
  };
  // An offer that was accepted and the group that was named.
  struct Match {
    Proposals proposals;
    uint16_t group = 0;
  };
  // How far the questions about additional key exchanges are.
  enum class AdditionalStep : uint8_t {
    kTolerant,    // seven slots that may be NONE: a responder with RFC 9370 takes NONE where it has
                  // none
    kFirstSlot,   // the first slot required
    kOtherSlots,  // another slot required, or one method at a time
    kStrict,      // exactly one, two, three slots: libreswan wants all that is offered to match
    kStrictSlots,
    kNonsense,  // an unassigned method: taken by those that ignore types they do not know
    kVerify,    // a real selection, which shows the method
    kDone
  };

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
  std::vector<Combinations> OtherSlots() const;
  std::vector<Combinations> StrictOffers() const;
  Combinations StrictSlots(const Selection& values, size_t slots) const;
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
  Courier courier_;
  Ikev2Space space_;
  Phase phase_ = Phase::kGroups;
  Question question_;
  bool asking_ = false;
  ValueSet unaskable_groups_;
  bool slots_unaskable_ = false;

  bool oracle_ = true;
  bool refusal_proven_ = false;  // NO_PROPOSAL_CHOSEN came where only a cipher or a hash was wrong
  bool nonsense_due_ = false;
  uint16_t oracle_group_ = 0;
  size_t next_oracle_group_ = 0;
  int odd_answers_ = 0;

  std::optional<Match> shortest_match_;  // the one with the shortest public value
  std::optional<Match> last_match_;      // explains the search that is on
  bool plain_matched_ = false;           // something is acceptable without additional key exchanges
  bool verified_ = false;
  int reveals_ = 0;

  std::vector<size_t> shapes_ = {0};  // how many slots the proposals of a search have
  AdditionalStep additional_ = AdditionalStep::kTolerant;
  std::vector<size_t> strict_slots_;  // that were accepted
  size_t strict_asked_ = 0;
  bool tolerant_ = false;
  std::optional<Match> additional_match_;
  bool additional_verified_ = false;
  std::array<bool, 2> slots_one_by_one_{};  // [rare methods]: one of them takes something
  bool additional_silent_ = false;          // then refusals are not to be relied on

  bool version_refused_ = false;
  bool refused_with_spi_ = false;  // NO_PROPOSAL_CHOSEN came with a responder SPI
  bool refused_without_spi_ = false;
  bool retried_ = false;
  int contacts_ = 0;
  int last_resorts_ = 0;
  bool last_resort_refused_ = false;
  std::vector<Ikev2Suite> suites_;
  AnswerDetails details_;
  std::string_view implementation_ = "unknown";
  bool details_of_selection_ = false;
};

}  // namespace ike::audit
