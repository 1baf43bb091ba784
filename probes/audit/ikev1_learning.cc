// What the IKEv1 audit concludes from answers.
#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/audit/ikev1_audit.h"
#include "probes/exchange/fingerprint.h"

namespace ike::audit {
namespace {

// RFC 2408 section 3.14.1.
constexpr uint16_t kNoProposalChosen = 14;

constexpr uint32_t kUsualLifeSeconds = 28800;

// Refused messages of the likeliest suites after which an endpoint that seems to have no IKEv1
// configuration is believed.
constexpr int kEnoughRefusals = 4;
// The same where it is known to be a strongSwan, whose refusal is the evidence.
constexpr int kEnoughRefusalsOfStrongSwan = 2;

// Messages in a row that met silence although the endpoint still answers: it does not refuse aloud.
constexpr int kEnoughSilences = 3;

constexpr size_t kSmallestMessageLimit = 400;

}  // namespace

void Ikev1Audit::Learn() {
  const Outcome& outcome = sender_.outcome();
  if (outcome.answered() && !outcome.version_answered) {
    version_refused_ = true;
    return;
  }
  if (outcome.answered() && !details_of_selection_) details_ = outcome.details;
  if (outcome.answered()) {
    std::string_view name = Fingerprint(outcome);
    // A selection tells more than the form of a refusal.
    if (name != kUnknownImplementation && outcome.selected()) SetImplementation(name);
    if (name != kUnknownImplementation) NoteImplementation(name);
  }
  lossy_ |= outcome.answered() && outcome.retransmitted;
  if (outcome.selected()) OnSelected(outcome);
  Verdict verdict = Judge(outcome);
  seems_unconfigured_ = verdict == Verdict::kNo && KnowsNoConfiguration(outcome);
  switch (purpose_) {
    case Purpose::kContact:
      return LearnContact(verdict);
    case Purpose::kSweep:
      return LearnSweep(verdict);
    case Purpose::kOtherMethods:
      return LearnOtherMethods(verdict);
    case Purpose::kLastResort:
      return LearnLastResort(verdict);
    case Purpose::kMethods:
      return LearnMethods(verdict);
    case Purpose::kAggressive:
      return LearnAggressive(verdict);
    case Purpose::kConnection:
      return LearnConnection(verdict);
  }
}

Ikev1Audit::Verdict Ikev1Audit::Judge(const Outcome& outcome) const {
  if (outcome.selected()) return Verdict::kYes;
  bool refused = outcome.answer == AnswerKind::kErrorNotify;
  return refused && outcome.error_notify == kNoProposalChosen ? Verdict::kNo : Verdict::kNone;
}

void Ikev1Audit::OnSelected(const Outcome& outcome) {
  bool aggressive = purpose_ == Purpose::kAggressive ||
                    (purpose_ == Purpose::kContact && contacts_ >= kAggressiveContact);
  (aggressive ? aggressive_.allowed : main_mode_) = true;
  if (aggressive) aggressive_.suite = outcome.ikev1;
  if (!details_of_selection_) details_ = outcome.details;
  details_of_selection_ = true;
  if (purpose_ != Purpose::kMethods && std::ranges::find(suites_, outcome.ikev1) == suites_.end()) {
    suites_.push_back(outcome.ikev1);
  }
}

// A strongSwan that has an IKEv1 configuration quotes the cookies in its refusal; without any it
// refuses before it has looked at the suites. libreswan's bare refusals have no responder cookie.
bool Ikev1Audit::KnowsNoConfiguration(const Outcome& outcome) const {
  return outcome.responder_spi != 0 && outcome.details.notify_spi_size == 0 &&
         outcome.details.notifies.size() == 1;
}

int Ikev1Audit::EnoughRefusals() const {
  return implementation_ == kStrongSwan ? kEnoughRefusalsOfStrongSwan : kEnoughRefusals;
}

void Ikev1Audit::LearnContact(Verdict verdict) {
  if (verdict == Verdict::kNone && !sender_.ever_answered()) {
    if (contacts_ < kPlainestContact) connections_.lacking = methods_of_contact_;
    ++contacts_;
    return;
  }
  method_ = methods_of_contact_[0];
  aggressive_.only = contacts_ >= kAggressiveContact;
  if (aggressive_.only) return LearnAggressive(verdict);
  bool was_rich = contacts_ != kPlainestContact;
  if (!was_rich && limits_.max_message_bytes / 2 > kSmallestMessageLimit) {
    limits_.max_message_bytes /= 2;  // large openings may be what it did not answer
  }
  if (verdict == Verdict::kNo && was_rich) {
    space_.Refuse(batch_);
    ++refusals_;
  }
  if (verdict != Verdict::kYes) return;
  space_.Learn(sender_.outcome().ikev1);
  method_ = sender_.outcome().ikev1.authentication;
  method_selected_ = true;
}

void Ikev1Audit::LearnSweep(Verdict verdict) {
  const Outcome& outcome = sender_.outcome();
  if (verdict == Verdict::kYes) {
    silences_ = 0;
    method_ = outcome.ikev1.authentication;
    method_selected_ = true;
    if (connections_.started) AcceptMethod(method_);
    // An answer without news would be given again and again.
    if (!space_.Learn(outcome.ikev1)) space_.Silence(batch_);
    return;
  }
  if (verdict == Verdict::kNo) {
    silences_ = 0;
    space_.Refuse(batch_);
    if (++refusals_ < EnoughRefusals() || space_.anything_accepted()) return;
    if (!seems_unconfigured_) return;
    knows_no_configuration_ = true;
    space_.RefuseRest();
    return;
  }
  if (!method_selected_ && method_ != 0) {
    // It was not silent when all of them were offered, so it may lack this one.
    connections_.lacking.push_back(method_);
    method_ = NextMethodOfContact();
    space_.BeginAnew();  // what was refused may have been refused for this one's connection
    return;
  }
  space_.Silence(batch_);
  if (++silences_ >= kEnoughSilences) space_.Silence(space_.NextBatch(SIZE_MAX));
}

void Ikev1Audit::LearnOtherMethods(Verdict verdict) {
  if (verdict != Verdict::kYes) return;
  space_.ReopenAll();
  space_.Learn(sender_.outcome().ikev1);
  method_selected_ = true;
  phase_ = Phase::kSweep;
}

// Transforms without a life are refused by this one (RFC 2409 leaves it open).
void Ikev1Audit::LearnLastResort(Verdict verdict) {
  if (verdict != Verdict::kYes) return;
  life_seconds_ = kUsualLifeSeconds;
  space_.ReopenAll();
  space_.Learn(sender_.outcome().ikev1);
  method_ = sender_.outcome().ikev1.authentication;
  method_selected_ = true;
  phase_ = Phase::kSweep;
}

void Ikev1Audit::LearnMethods(Verdict verdict) {
  if (verdict == Verdict::kNo) return methods_.left.clear();
  if (verdict == Verdict::kYes) {
    uint16_t method = sender_.outcome().ikev1.authentication;
    if (std::erase(methods_.left, method) == 0) return LeaveMethodsUndecided(kEchoesMethods);
    methods_.accepted.push_back(method);
    return;
  }
  LeaveMethodsUndecided(kSilentOnMethods);
}

uint16_t Ikev1Audit::NextMethodOfContact() const {
  auto next = std::ranges::find(methods_of_contact_, method_);
  if (next != methods_of_contact_.end()) ++next;
  return next == methods_of_contact_.end() ? uint16_t{0} : *next;
}

void Ikev1Audit::AcceptMethod(uint16_t method) {
  methods_.undecidable.erase(method);
  if (Contains(methods_.accepted, method)) return;
  methods_.accepted.push_back(method);
}

void Ikev1Audit::LeaveMethodsUndecided(std::string_view why) {
  if (why == kEchoesMethods) {
    methods_.left.insert(methods_.left.end(), methods_.accepted.begin(), methods_.accepted.end());
    methods_.accepted.clear();
  }
  for (uint16_t method : methods_.left) methods_.undecidable[method] = why;
  methods_.left.clear();
}

}  // namespace ike::audit
