// Ikev1Audit: the audit of IKEv1. Made by MakeIkev1Audit; interface and thread rule in
// probes/audit.h.
//
// There is no oracle: a refusal is free, an acceptance leaves a half-open SA. As many suites as fit
// a datagram are offered, the likeliest first; each selection reveals values, and suites that would
// teach nothing more are no longer offered, until every suite with an undecided value is refused.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "probes/audit/audit.h"
#include "probes/audit/ikev1_methods.h"
#include "probes/audit/ikev1_progress.h"
#include "probes/audit/ikev1_space.h"
#include "probes/audit/question_sender.h"

namespace ike::audit {

class Ikev1Audit final : public Audit {
 public:
  explicit Ikev1Audit(const AuditLimits& limits);

  AuditStep Next(TimePoint now) override;
  void OnOutcome(const Outcome& outcome, TimePoint now) override;
  uint32_t requests() const override { return sender_.requests(); }
  uint32_t estimated_requests() const override;
  void NoteImplementation(std::string_view name) override;
  bool wants_implementation() const override;
  VersionAudit Result() const override;

 private:
  using Phase = Ikev1Phase;
  using Purpose = Ikev1Purpose;
  enum class Verdict : uint8_t { kYes, kNo, kNone };

  bool Plan();
  bool PlanPhase();
  bool PlanContact();
  bool PlanSweep();
  bool PlanOtherMethods();
  bool PlanLastResort();
  bool PlanMethods();
  bool PlanAggressive();
  bool PlanRetry();
  bool PlanConnections();

  void StartAggressive();
  bool AskAggressive(Purpose purpose);
  void Ask(Purpose purpose, Ikev1Opening opening);
  QuestionSender::Patience PatienceWith(Purpose purpose) const;
  void AskBatch(Purpose purpose, Ikev1Space::Batch batch, const Methods& methods,
                bool send_vendor_ids = false);
  void Offer(Ikev1Transform suite, const Methods& methods, Ikev1Opening* opening) const;
  void AskMethods(Purpose purpose, const Methods& methods, bool with_likely);
  Methods SweepMethods() const;
  std::vector<Ikev1Transform> AggressiveSuites(uint16_t group) const;
  size_t AggressiveRoom(uint16_t group, size_t methods) const;
  void ChooseAggressiveGroups();
  void ChooseAggressiveMethods();
  size_t Room(bool send_vendor_ids) const;

  Verdict Judge(const Outcome& outcome) const;
  void Learn();
  void LearnContact(Verdict verdict);
  void LearnSweep(Verdict verdict);
  void LearnOtherMethods(Verdict verdict);
  void LearnLastResort(Verdict verdict);
  void LearnMethods(Verdict verdict);
  void LearnAggressive(Verdict verdict);
  void LearnConnection(Verdict verdict);
  void SweepAgain(uint16_t method);
  void RefuseAggressive();
  void RefuseAggressiveMethod();
  void TryAllAggressiveGroups();
  void OnSelected(const Outcome& outcome);
  void LeaveMethodsUndecided(std::string_view why);
  void LeaveRestUndecided(VersionAudit* result) const;
  void AcceptMethod(uint16_t method);
  uint16_t NextMethodOfContact() const;
  bool KnowsNoConfiguration(const Outcome& outcome) const;
  void SetImplementation(std::string_view name);
  int EnoughRefusals() const;
  bool IsRefusalFinal() const;

  AuditLimits limits_;
  QuestionSender sender_;
  Ikev1Space space_ = Ikev1Space::Unknown();
  Phase phase_ = Phase::kContact;
  Purpose purpose_ = Purpose::kContact;
  Ikev1Space::Batch batch_;
  bool asking_ = false;

  int contacts_ = 0;
  Methods methods_of_contact_ = PlainMethods();  // of the one that was answered
  uint16_t method_ = 0;                          // that the sweep offers; 0 = all of these
  bool method_selected_ = false;
  int silences_ = 0;  // in a row, in the sweep
  int refusals_ = 0;
  bool seems_unconfigured_ = false;  // the last refusal looked like that
  bool knows_no_configuration_ = false;
  size_t other_methods_ = 0;  // sets of them that were tried
  bool last_resort_ = false;
  uint32_t life_seconds_ = 0;
  bool retried_ = false;
  bool version_refused_ = false;

  MethodProgress methods_;
  ConnectionProgress connections_;
  AggressiveProgress aggressive_;
  bool main_mode_ = false;
  std::vector<Ikev1Suite> suites_;
  AnswerDetails details_;
  std::string_view implementation_ = kUnknownImplementation;
  bool details_of_selection_ = false;
  bool lossy_ = false;  // an answer came only after a retransmission
};

}  // namespace ike::audit
