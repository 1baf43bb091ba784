// How a SimEndpoint answers the openings of IKEv1.
#include <algorithm>

#include "tests/probes/audit/sim_endpoint.h"

namespace ike::sim {
namespace {

bool Contains(const std::vector<uint16_t>& list, uint16_t value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

SimEndpoint::Answer SimEndpoint::RespondV1(const Ikev1Opening& opening) {
  bool strong = behaviour_.manner == Manner::kStrongSwan;
  Answer refusal{AnswerKind::kErrorNotify, 14, 0, {}, {}, 0, 0};
  refusal.responder_spi = strong ? 77 : 0;
  if (v1.empty()) return strong ? refusal : Answer{};
  refusal.notify_spi_size = strong ? 16 : 0;
  if (behaviour_.silent_v1) refusal.kind = AnswerKind::kNone;
  if (!strong && IsSilentToMethodsOf(opening)) {
    if (second) return second->RespondV1(opening);
    if (!behaviour_.refuses_methods) return Answer{};
  }
  bool aggressive = opening.mode == Ikev1Mode::kAggressive;
  // libreswan finds a connection of the mode before it looks at suites.
  if (aggressive && !strong && !behaviour_.aggressive) return Answer{};
  if (aggressive && !strong && behaviour_.wants_identity) {
    return {AnswerKind::kErrorNotify, 18, 0, {}, {}, 0, 0};
  }
  std::optional<Ikev1Suite> suite = SelectV1(opening);
  if (!aggressive && !behaviour_.main_mode) return strong ? refusal : Answer{};
  if (!suite) return refusal;
  // strongSwan goes by the method of the first transform.
  bool method = Contains(MethodsOf(opening.mode), opening.transforms.front().authentication);
  if (aggressive && (!behaviour_.aggressive || (strong && !method))) {
    return strong ? Answer{AnswerKind::kErrorNotify, 24, 0, {}, {}, 77, 16} : Answer{};
  }
  return {AnswerKind::kSelected, 0, 0, {}, *suite, 0, 0};
}

const std::vector<uint16_t>& SimEndpoint::MethodsOf(Ikev1Mode mode) const {
  bool others = mode == Ikev1Mode::kAggressive && !behaviour_.aggressive_methods.empty();
  return others ? behaviour_.aggressive_methods : behaviour_.methods;
}

const std::vector<ProposalV1>& SimEndpoint::ProposalsOf(Ikev1Mode mode) const {
  return mode == Ikev1Mode::kAggressive && !v1_aggressive.empty() ? v1_aggressive : v1;
}

// libreswan looks for a connection by whether XAUTH is asked for, and passes over methods that it
// does not know. Others are silent when a method that they lack is among the transforms, except RSA
// and PSK together.
bool SimEndpoint::IsSilentToMethodsOf(const Ikev1Opening& opening) const {
  const std::vector<uint16_t>& own = MethodsOf(opening.mode);
  const bool own_xauth = own.front() > 65000;
  bool any = false;
  bool xauth = false;
  bool lacking = false;
  for (const Ikev1Transform& t : opening.transforms) {
    any |= Contains(own, t.authentication);
    xauth |= t.authentication == 65001 || t.authentication == 65005;
    bool usual =
        t.authentication == (own_xauth ? 65001 : 1) || t.authentication == (own_xauth ? 65005 : 3);
    lacking |= !Contains(own, t.authentication) && !usual;
  }
  return !any || (behaviour_.manner == Manner::kLibreswan ? xauth != own_xauth : lacking);
}

// strongSwan goes by its own order, libreswan by the initiator's.
std::optional<Ikev1Suite> SimEndpoint::SelectV1(const Ikev1Opening& opening) const {
  bool strong = behaviour_.manner == Manner::kStrongSwan;
  auto suite_of = [&](const Ikev1Transform& t) {
    Ikev1Suite suite{t.encryption, t.key_length, t.hash, t.authentication, t.group, t.life_seconds};
    if (strong && t.encryption == 7 && t.key_length == 0) suite.key_length = 128;
    if (strong && t.authentication != 1 && t.authentication != 3 && t.authentication < 64000) {
      suite.authentication = 1;  // a method that it does not know
    }
    return suite;
  };
  const std::vector<ProposalV1>& proposals = ProposalsOf(opening.mode);
  if (strong) {
    for (const ProposalV1& own : proposals) {
      for (const Ikev1Transform& t : opening.transforms) {
        if (MatchV1(own, t)) return suite_of(t);
      }
    }
    return std::nullopt;
  }
  for (const Ikev1Transform& t : opening.transforms) {
    if (!Contains(MethodsOf(opening.mode), t.authentication)) continue;
    for (const ProposalV1& own : proposals) {
      if (MatchV1(own, t)) return suite_of(t);
    }
  }
  return std::nullopt;
}

bool SimEndpoint::MatchV1(const ProposalV1& own, const Ikev1Transform& offered) const {
  uint16_t key_length = offered.key_length;
  if (offered.encryption == 7 && key_length == 0) key_length = 128;
  if (behaviour_.wants_life && offered.life_seconds == 0) return false;
  bool cipher = std::ranges::any_of(own.ciphers, [&](const Cipher& c) {
    return c.id == offered.encryption && c.key_length == key_length;
  });
  return cipher && Contains(own.hashes, offered.hash) && Contains(own.groups, offered.group);
}

std::set<AlgorithmId> SimEndpoint::TruthV1() const {
  std::set<AlgorithmId> truth;
  std::vector<ProposalV1> all = v1;
  all.insert(all.end(), v1_aggressive.begin(), v1_aggressive.end());
  if (second) all.insert(all.end(), second->v1.begin(), second->v1.end());
  for (const ProposalV1& own : all) {
    for (const Cipher& c : own.ciphers) truth.insert({Kind::kEncryption, c.id, c.key_length});
    for (uint16_t id : own.hashes) truth.insert({Kind::kHash, id, 0});
    for (uint16_t id : own.groups) truth.insert({Kind::kDh, id, 0});
  }
  return truth;
}

}  // namespace ike::sim
