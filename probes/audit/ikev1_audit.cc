#include "probes/audit/ikev1_audit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/offers.h"
#include "probes/algorithms/registry.h"

namespace ike::audit {
namespace {

// When nothing is accepted with the common methods: remote access gateways. One at a time, since
// libreswan is silent when it lacks one of several.
constexpr std::array<uint16_t, 5> kOtherMethods = {kPsk, kRsaSignatures, kXauthPsk, kHybridRsa,
                                                   kXauthRsa};

// A method that IANA has not assigned: who selects a suite with it does not look at methods.
constexpr uint16_t kUnassignedMethod = 250;

// Header, SA payload with DOI and situation, proposal (RFC 2408 sections 3.1, 3.4, 3.5).
constexpr size_t kFixedBytes = 28 + 12 + 8;
constexpr size_t kVendorIdBytes = 120;
constexpr size_t kTransformBytes = 24;
constexpr size_t kKeyLengthBytes = 4;
constexpr size_t kLifeBytes = 12;  // of each transform, if any

constexpr int kMostContacts = 5;  // openings without any answer before the version is called silent

}  // namespace

Ikev1Audit::Ikev1Audit(const AuditLimits& limits) : limits_(limits), sender_(limits) {}

AuditStep Ikev1Audit::Next(TimePoint now) {
  if (!asking_ && !Plan()) return AuditStep{};
  return sender_.Next(now);
}

void Ikev1Audit::OnOutcome(const Outcome& outcome, TimePoint now) {
  if (!sender_.OnOutcome(outcome, now)) return;
  asking_ = false;
  Learn();
}

uint32_t Ikev1Audit::estimated_requests() const {
  if (phase_ == Phase::kDone) return requests();
  size_t per_message = std::max<size_t>(Room(false) / 28, 1);
  size_t left = space_.NextBatch(SIZE_MAX).size();
  return requests() + static_cast<uint32_t>(left / per_message) + 4;
}

void Ikev1Audit::NoteImplementation(std::string_view name) {
  if (implementation_ == kUnknownImplementation) SetImplementation(name);
}

void Ikev1Audit::SetImplementation(std::string_view name) {
  implementation_ = name;
  space_.SetImplementation(name);
}

bool Ikev1Audit::wants_implementation() const {
  // Next is a contact that a libreswan need not be asked for.
  bool silent = contacts_ == kPlainestContact && phase_ == Phase::kContact;
  bool refused = seems_unconfigured_ && phase_ == Phase::kSweep;
  return implementation_ == kUnknownImplementation && (silent || refused);
}

VersionAudit Ikev1Audit::Result() const {
  VersionAudit result;
  result.requests = requests();
  result.responder = details_;
  result.implementation = implementation_;
  result.answered = sender_.ever_answered() && !version_refused_;
  if (!result.answered) return result;
  space_.Report(&result);
  for (uint16_t method : methods_.accepted) {
    result.accepted.push_back({Kind::kAuthentication, method, 0});
  }
  std::ranges::sort(result.accepted);
  for (const auto& [method, why] : methods_.undecidable) {
    result.undecidable.push_back({{Kind::kAuthentication, method, 0}, why});
  }
  if (aggressive_.only) LeaveRestUndecided(&result);
  result.ikev1_suites = suites_;
  result.main_mode = main_mode_;
  result.aggressive_mode = aggressive_.allowed;
  result.aggressive_suite = aggressive_.suite;
  result.complete = phase_ == Phase::kDone && !sender_.given_up() && result.unknown.empty();
  return result;
}

void Ikev1Audit::LeaveRestUndecided(VersionAudit* result) const {
  for (const AlgorithmId& id : result->unknown) {
    result->undecidable.push_back({id, kOnlyAggressive});
  }
  result->unknown.clear();
  for (const Algorithm& row : AllAlgorithms(IkeVersion::kV1, Kind::kAuthentication)) {
    if (!row.in_ike_sa || Contains(methods_.accepted, row.id)) continue;
    result->undecidable.push_back({{Kind::kAuthentication, row.id, 0}, kOnlyAggressive});
  }
}

bool Ikev1Audit::Plan() {
  while (phase_ != Phase::kDone) {
    bool nobody_there = contacts_ >= kMostContacts && !sender_.ever_answered();
    if (sender_.given_up() || version_refused_ || nobody_there) {
      phase_ = Phase::kDone;
      break;
    }
    if (!PlanPhase()) phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
    if (asking_) return true;
  }
  return false;
}

bool Ikev1Audit::PlanPhase() {
  switch (phase_) {
    case Phase::kContact:
      return PlanContact();
    case Phase::kSweep:
      return PlanSweep();
    case Phase::kOtherMethods:
      return PlanOtherMethods();
    case Phase::kLastResort:
      return PlanLastResort();
    case Phase::kMethods:
      return PlanMethods();
    case Phase::kAggressive:
      return PlanAggressive();
    case Phase::kRetry:
      return PlanRetry();
    case Phase::kConnections:
      return PlanConnections();
    case Phase::kDone:
      break;
  }
  return false;
}

bool Ikev1Audit::PlanContact() {
  if (sender_.ever_answered()) return false;
  // Not size makes this one silent, but methods.
  if (contacts_ == kPlainestContact && implementation_ == kLibreswan) ++contacts_;
  bool xauth = contacts_ == kXauthContact || contacts_ == kAggressiveXauthContact;
  methods_of_contact_ = xauth ? XauthMethods() : PlainMethods();
  if (contacts_ == kPlainestContact) {
    Ask(Purpose::kContact, PlainestIkev1Opening());
    return true;
  }
  if (contacts_ >= kAggressiveContact) {
    StartAggressive();
    return AskAggressive(Purpose::kContact);
  }
  // A daemon that lacks the only method offered may be silent: several, as lab daemons allow.
  Ikev1Space::Batch batch = space_.NextBatchOf(Room(true), methods_of_contact_.size());
  AskBatch(Purpose::kContact, std::move(batch), methods_of_contact_, true);
  return true;
}

bool Ikev1Audit::PlanSweep() {
  if (aggressive_.only) return false;
  Methods methods = SweepMethods();
  Ikev1Space::Batch batch = space_.NextBatchOf(Room(false), methods.size());
  if (batch.empty()) return false;
  AskBatch(Purpose::kSweep, std::move(batch), methods);
  return true;
}

Methods Ikev1Audit::SweepMethods() const {
  return method_ != 0 ? Methods{method_} : methods_of_contact_;
}

// strongSwan looks at neither method nor life nor mode before it has chosen a suite: what it
// refuses in the sweep it refuses always.
bool Ikev1Audit::IsRefusalFinal() const {
  return knows_no_configuration_ || implementation_ == kStrongSwan;
}

bool Ikev1Audit::PlanOtherMethods() {
  if (space_.anything_accepted() || IsRefusalFinal() || aggressive_.only) return false;
  while (other_methods_ < kOtherMethods.size()) {
    uint16_t method = kOtherMethods[other_methods_++];
    if (method == method_) continue;
    // What was refused with one method is not with another.
    AskBatch(Purpose::kOtherMethods, Ikev1Space::Unknown().NextBatchOf(Room(false), 1), {method});
    method_ = method;
    return true;
  }
  return false;
}

bool Ikev1Audit::PlanLastResort() {
  if (aggressive_.only) return false;
  if (space_.anything_accepted() || last_resort_ || implementation_ == kStrongSwan) return false;
  last_resort_ = true;
  Ask(Purpose::kLastResort, MakeIkev1MainOpening(ProposalSet::kBroad));
  return true;
}

// Whoever selects a suite with an unassigned method does not look at methods, and nothing can be
// concluded. It comes first: strongSwan takes the first transform with an acceptable suite.
bool Ikev1Audit::PlanMethods() {
  if (suites_.empty() || !main_mode_) return false;
  if (!methods_.started) {
    methods_.started = true;
    methods_.accepted = {suites_.front().authentication};
    for (const Algorithm& row : AllAlgorithms(IkeVersion::kV1, Kind::kAuthentication)) {
      if (row.in_ike_sa && row.id != methods_.accepted[0]) methods_.left.push_back(row.id);
    }
    // It is known to be silent when one that it lacks is among them.
    if (implementation_ == kLibreswan) LeaveMethodsUndecided(kSilentOnMethods);
    // Known to take any.
    if (implementation_ == kStrongSwan) LeaveMethodsUndecided(kEchoesMethods);
  }
  if (methods_.left.empty()) return false;
  Methods methods = methods_.left;
  methods.insert(methods.begin(), kUnassignedMethod);
  AskMethods(Purpose::kMethods, methods, false);
  return true;
}

bool Ikev1Audit::PlanRetry() {
  if (retried_ || aggressive_.only) return false;
  retried_ = true;
  space_.Retry();
  if (space_.NextBatch(1).empty()) return false;
  phase_ = Phase::kSweep;
  return PlanSweep();
}

void Ikev1Audit::Ask(Purpose purpose, Ikev1Opening opening) {
  purpose_ = purpose;
  sender_.Ask(std::move(opening), true, PatienceWith(purpose));
  asking_ = true;
}

// To questions of methods, connections and Aggressive Mode, silence is an answer of a kind:
// libreswan has no other. That it is not a loss takes more copies of a question of methods, and
// where the line is known to lose them.
QuestionSender::Patience Ikev1Audit::PatienceWith(Purpose purpose) const {
  switch (purpose) {
    case Purpose::kConnection:
      return lossy_ ? QuestionSender::Patience{2, 5} : QuestionSender::Patience{1, 2};
    case Purpose::kAggressive:
      return lossy_ ? QuestionSender::Patience{2, 5} : QuestionSender::Patience{1, 3};
    case Purpose::kMethods:
      return {3, 5};
    case Purpose::kSweep:
      // Perhaps the method is not its own: then the other one is tried, and both.
      if (!method_selected_ && method_ != 0) return {1, lossy_ ? 5 : 2};
      return {2, 5};
    case Purpose::kContact:
      // What is hardly ever answered has less.
      return {2, contacts_ == 0 || contacts_ == kPlainestContact ? 5 : 3};
    case Purpose::kOtherMethods:
    case Purpose::kLastResort:
      break;
  }
  return {};
}

void Ikev1Audit::AskBatch(Purpose purpose, Ikev1Space::Batch batch, const Methods& methods,
                          bool send_vendor_ids) {
  Ikev1Opening opening;
  opening.send_vendor_ids = send_vendor_ids;
  for (size_t index : batch) Offer(space_.Transform(index), methods, &opening);
  batch_ = std::move(batch);
  Ask(purpose, std::move(opening));
}

// The suite with each of the methods.
void Ikev1Audit::Offer(Ikev1Transform suite, const Methods& methods, Ikev1Opening* opening) const {
  suite.life_seconds = life_seconds_;
  for (uint16_t method : methods) {
    suite.authentication = method;
    opening->transforms.push_back(suite);
  }
}

// The suite that was selected first, with each of these methods, and likely ones besides.
void Ikev1Audit::AskMethods(Purpose purpose, const Methods& methods, bool with_likely) {
  const Ikev1Suite& suite = suites_.front();
  Ikev1Opening opening;
  opening.send_vendor_ids = false;
  Offer({suite.encryption, suite.key_length, suite.hash, 0, suite.group, 0}, methods, &opening);
  const size_t used = methods.size() * (kTransformBytes + kKeyLengthBytes);
  const Ikev1Space& unknown = Ikev1Space::Unknown();
  const size_t room = with_likely ? Room(false) - used : 0;
  for (size_t index : unknown.NextBatchOf(room, methods.size())) {
    Offer(unknown.Transform(index), methods, &opening);
  }
  Ask(purpose, std::move(opening));
}

size_t Ikev1Audit::Room(bool send_vendor_ids) const {
  size_t used = kFixedBytes + (send_vendor_ids ? kVendorIdBytes : 0);
  size_t room = limits_.max_message_bytes > used ? limits_.max_message_bytes - used : 0;
  return life_seconds_ == 0 ? room : room * kTransformBytes / (kTransformBytes + kLifeBytes);
}

}  // namespace ike::audit

namespace ike {

std::unique_ptr<Audit> MakeIkev1Audit(const AuditLimits& limits) {
  return std::make_unique<audit::Ikev1Audit>(limits);
}

}  // namespace ike
