// What the IKEv1 audit asks in Aggressive Mode, and what it concludes from the answers. There the
// group cannot be negotiated (RFC 2409 section 5): each has openings of its own, with the suites
// that the endpoint is known to accept and likely ones.
#include <algorithm>
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/key_share.h"
#include "probes/audit/ikev1_audit.h"

namespace ike::audit {
namespace {

// RFC 2408 section 3.14.1.
constexpr uint16_t kInvalidIdInformation = 18;
constexpr uint16_t kAuthenticationFailed = 24;

constexpr size_t kLongestPublicValue = 768;

// Groups to try: accepted ones, else what its users commonly have.
constexpr size_t kMostGroups = 3;
constexpr std::array<uint16_t, 3> kCommonGroups = {2, 14, 5};
// Where it is known that there is one.
constexpr std::array<uint16_t, 8> kManyGroups = {2, 14, 5, 19, 15, 16, 20, 21};

// strongSwan goes by the method of the first transform. The likeliest last.
constexpr std::array<uint16_t, 5> kMethodsOneByOne = {kHybridRsa, kXauthRsa, kRsaSignatures,
                                                      kXauthPsk, kPsk};

constexpr size_t kMostSuites = 12;
constexpr uint32_t kLifeSeconds = 28800;

// Header, SA payload and proposal (RFC 2408 sections 3.1, 3.4, 3.5), KE payload without the public
// value, nonce, identity, vendor ids; a transform with key length and life.
constexpr size_t kFixedBytes = 28 + 20 + 4 + 36 + 24 + 120;
constexpr size_t kTransformBytes = 40;

std::vector<Methods> OneByOne() {
  std::vector<Methods> sets;
  for (uint16_t method : kMethodsOneByOne) sets.push_back({method});
  return sets;
}

}  // namespace

bool Ikev1Audit::PlanAggressive() {
  if (!aggressive_.started) StartAggressive();
  return AskAggressive(Purpose::kAggressive);
}

void Ikev1Audit::StartAggressive() {
  aggressive_.started = true;
  ChooseAggressiveGroups();
  ChooseAggressiveMethods();
}

bool Ikev1Audit::AskAggressive(Purpose purpose) {
  if (aggressive_.groups.empty()) return false;
  const Methods& methods = aggressive_.methods.back();
  Ikev1Opening opening;
  opening.mode = Ikev1Mode::kAggressive;
  opening.group = aggressive_.groups.back();
  std::vector<Ikev1Transform> suites = AggressiveSuites(opening.group);
  const size_t at_once = AggressiveRoom(opening.group, methods.size());
  const size_t first = std::min(aggressive_.refused, suites.size());
  const size_t last = std::min(first + at_once, suites.size());
  for (size_t index = first; index < last; ++index) {
    for (uint16_t method : methods) {
      suites[index].authentication = method;
      opening.transforms.push_back(suites[index]);
    }
  }
  aggressive_.offered = last;
  Ask(purpose, std::move(opening));
  return true;
}

void Ikev1Audit::ChooseAggressiveGroups() {
  aggressive_.groups = space_.AcceptedGroups();
  std::erase_if(aggressive_.groups, [](uint16_t group) {
    size_t length = KeyShareLength(group);
    return length == 0 || length > kLongestPublicValue;
  });
  if (aggressive_.groups.size() > kMostGroups) aggressive_.groups.resize(kMostGroups);
  if (phase_ == Phase::kContact) {
    aggressive_.groups.assign(kManyGroups.begin(), kManyGroups.end());
  } else if (!space_.anything_accepted() && !IsRefusalFinal()) {
    aggressive_.groups.assign(kCommonGroups.begin(), kCommonGroups.end());
  }
  std::ranges::reverse(aggressive_.groups);
}

// libreswan is silent where it has no connection for the methods, but takes several of one kind.
void Ikev1Audit::ChooseAggressiveMethods() {
  if (phase_ == Phase::kContact) {
    aggressive_.methods = {XauthMethods()};
    if (contacts_ == kAggressiveContact) aggressive_.methods.push_back(PlainMethods());
    return;
  }
  const bool one_by_one = implementation_ == kStrongSwan;
  aggressive_.methods =
      one_by_one ? OneByOne() : std::vector<Methods>{XauthMethods(), PlainMethods()};
  if (methods_.accepted.empty()) return;
  const uint16_t known = methods_.accepted.front();
  auto with_known = [known](const Methods& methods) { return Contains(methods, known); };
  auto set = std::ranges::find_if(aggressive_.methods, with_known);
  if (set == aggressive_.methods.end()) set = aggressive_.methods.insert(set, Methods{known});
  std::partition(set->begin(), set->end(), [known](uint16_t method) { return method == known; });
  std::rotate(set, set + 1, aggressive_.methods.end());
}

// Suites of the group that were selected, those that the accepted ones suggest, and likely ones.
std::vector<Ikev1Transform> Ikev1Audit::AggressiveSuites(uint16_t group) const {
  std::vector<Ikev1Transform> transforms;
  auto add = [&](Ikev1Transform t) {
    t.group = group;
    t.authentication = 0;
    t.life_seconds = kLifeSeconds;
    if (std::ranges::find(transforms, t) == transforms.end()) transforms.push_back(t);
  };
  for (bool same_group : {true, false}) {
    for (const Ikev1Suite& s : suites_) {
      if ((s.group == group) == same_group) add({s.encryption, s.key_length, s.hash, 0, 0, 0});
    }
  }
  if (transforms.size() > kMostSuites) transforms.resize(kMostSuites);
  if (!transforms.empty() && implementation_ != kLibreswan) return transforms;
  const Ikev1Space& unknown = Ikev1Space::Unknown();
  for (size_t index : unknown.NextBatch(kMostSuites, group)) add(unknown.Transform(index));
  return transforms;
}

// How many suites fit an opening, each with so many methods.
size_t Ikev1Audit::AggressiveRoom(uint16_t group, size_t methods) const {
  const size_t used = kFixedBytes + KeyShareLength(group);
  const size_t bytes = AuditLimits{}.max_message_bytes;
  return std::max<size_t>((bytes - used) / (methods * kTransformBytes), 1);
}

void Ikev1Audit::LearnAggressive(Verdict verdict) {
  const Outcome& outcome = sender_.outcome();
  if (verdict == Verdict::kNo) return RefuseAggressive();
  // The suite would do; perhaps another method does.
  if (outcome.error_notify == kAuthenticationFailed) return RefuseAggressiveMethod();
  const bool lacks_methods = !outcome.answered() && !aggressive_.answered;
  if (lacks_methods && implementation_ != kStrongSwan && aggressive_.methods.size() > 1) {
    return aggressive_.methods.pop_back();
  }
  aggressive_.groups.clear();
  if (verdict == Verdict::kYes) {
    space_.Learn(outcome.ikev1);
    AcceptMethod(outcome.ikev1.authentication);
  }
  if (outcome.error_notify == kInvalidIdInformation) aggressive_.allowed = true;
}

void Ikev1Audit::RefuseAggressive() {
  aggressive_.answered = true;
  aggressive_.refused = aggressive_.offered;
  if (aggressive_.refused < AggressiveSuites(aggressive_.groups.back()).size()) return;
  aggressive_.refused = 0;
  aggressive_.tried.push_back(aggressive_.groups.back());
  aggressive_.groups.pop_back();
  if (!aggressive_.groups.empty()) return;
  if (implementation_ == kLibreswan) return TryAllAggressiveGroups();
  if (!aggressive_.only || aggressive_.methods.size() == 1) return;
  // Others refuse methods like suites.
  aggressive_.methods.pop_back();
  aggressive_.groups.assign(kCommonGroups.rbegin(), kCommonGroups.rend());
}

// libreswan looks at suites only where it has a connection for Aggressive Mode.
void Ikev1Audit::TryAllAggressiveGroups() {
  for (uint16_t group : kManyGroups) {
    bool tried = std::ranges::find(aggressive_.tried, group) != aggressive_.tried.end();
    if (!tried) aggressive_.groups.push_back(group);
  }
  std::ranges::reverse(aggressive_.groups);
}

// It goes by the method of the first transform.
void Ikev1Audit::RefuseAggressiveMethod() {
  const uint16_t refused = aggressive_.methods.back().front();
  const bool several = aggressive_.methods.back().size() > 1;
  if (several) {
    aggressive_.methods = OneByOne();
    std::erase(aggressive_.methods, Methods{refused});
    return;
  }
  aggressive_.methods.pop_back();
  if (aggressive_.methods.empty()) aggressive_.groups.clear();
}

}  // namespace ike::audit
