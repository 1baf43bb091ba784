#include "tests/probes/audit/sim_endpoint.h"

#include <algorithm>
#include <array>
#include <functional>

#include "probes/wire/vendor_id.h"

namespace ike::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kHalfOpenLife = seconds(30);
constexpr size_t kCookieThreshold = 3;
constexpr size_t kBlockThreshold = 5;
constexpr auto kRoundTrip = milliseconds(20);
// An exchange with the default timeout of 5 s: the message and three retransmissions, each interval
// 1.3 times the one before.
constexpr std::array kCopiesAt = {milliseconds(0), milliseconds(1000), milliseconds(2300),
                                  milliseconds(3990)};
constexpr TimePoint::duration kTimeout = seconds(5);

bool Contains(const std::vector<uint16_t>& list, uint16_t value) {
  return std::ranges::find(list, value) != list.end();
}

std::vector<uint16_t> IdsOf(const OfferedProposal& proposal, uint8_t type) {
  std::vector<uint16_t> ids;
  for (const OfferedTransform& t : proposal.transforms) {
    if (t.type == type) ids.push_back(t.id);
  }
  return ids;
}

size_t SizeOf(const Ikev2Opening& opening) {
  size_t bytes = 200;
  for (const OfferedProposal& p : opening.proposals) {
    bytes += 8;
    for (const OfferedTransform& t : p.transforms) bytes += t.key_length == 0 ? 8 : 12;
  }
  return bytes;
}

}  // namespace

bool SimEndpoint::Lost(double loss) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < loss;
}

size_t SimEndpoint::HalfOpen(TimePoint now) {
  while (!half_open_.empty() && half_open_.front() + kHalfOpenLife <= now) half_open_.pop_front();
  return half_open_.size();
}

Outcome SimEndpoint::Exchange(const Opening& opening, double loss, TimePoint* now,
                              int timeout_fifths) {
  Outcome outcome;
  outcome.version = VersionOf(opening);
  TimePoint start = *now;
  Answer cached;  // the identical request again is answered from the cache
  for (const milliseconds copy_at : kCopiesAt) {
    if (copy_at >= kTimeout * timeout_fifths / 5) break;
    const TimePoint at = start + copy_at;
    outcome.retransmitted = outcome.packets_sent > 0;
    ++outcome.packets_sent;
    if (Lost(loss)) continue;
    if (cached.kind == AnswerKind::kNone) {
      size_t open = behaviour_.limits ? HalfOpen(at) : 0;
      if (open >= kBlockThreshold || answers_ >= behaviour_.silent_after) {
        ++drops_;
        continue;
      }
      bool cookie = outcome.version == IkeVersion::kV2 &&
                    (open >= kCookieThreshold || behaviour_.cookies_always);
      if (cookie) {
        ++cookies_;
        outcome.cookie_required = true;
        ++outcome.packets_sent;
      }
      cached = Respond(opening);
      if (cached.kind == AnswerKind::kSelected) {
        half_open_.push_back(at);
        most_half_open_ = std::max(most_half_open_, HalfOpen(at));
      }
    }
    if (cached.kind == AnswerKind::kNone || Lost(loss)) continue;
    ++answers_;
    outcome.answer = cached.kind;
    outcome.error_notify = cached.notify;
    outcome.invalid_ke_group = cached.group;
    outcome.ikev2 = cached.v2;
    outcome.ikev1 = cached.v1;
    outcome.version_answered = !behaviour_.refuses_version;
    outcome.responder_spi = cached.responder_spi;
    if (cached.notify != 0) outcome.details.notifies = {cached.notify};
    outcome.details.notify_spi_size = cached.notify_spi_size;
    if (!behaviour_.anonymous) Dress(&outcome);
    outcome.reason = outcome.selected() ? Reason::kNone : Reason::kRejected;
    *now = at + kRoundTrip;
    return outcome;
  }
  outcome.reason = Reason::kTimeout;
  *now = start + kTimeout * timeout_fifths / 5;
  return outcome;
}

// What tells the implementations apart: the order of what they send, and the form of a refusal.
void SimEndpoint::Dress(Outcome* outcome) const {
  bool strong = behaviour_.manner == Manner::kStrongSwan;
  if (!strong && behaviour_.manner != Manner::kLibreswan) return;
  AnswerDetails& details = outcome->details;
  bool v1_answer = outcome->version == IkeVersion::kV1;
  details.major_version = v1_answer ? 1 : 2;
  auto id = [](ByteSpan bytes) { return Bytes(bytes.begin(), bytes.end()); };
  if (outcome->selected() && v1_answer) {
    details.vendor_ids = {id(strong ? ByteSpan(wire::kVendorIdXauth)
                                    : ByteSpan(wire::kVendorIdFragmentation).first(16)),
                          id(wire::kVendorIdDpd)};
    if (strong) details.vendor_ids.push_back(id(wire::kVendorIdFragmentation));
  } else if (outcome->selected()) {
    details.notifies = strong ? std::vector<uint16_t>{16388, 16389, 16418, 16404}
                              : std::vector<uint16_t>{16430, 16388, 16389};
  } else if (v1_answer) {
    details.exchange_type = 5;
    details.message_size = details.notify_spi_size == 0 ? 40 : 56;
  } else if (outcome->error_notify == 14) {
    outcome->responder_spi = strong == v2.empty() ? 77 : 0;
  }
}

SimEndpoint::Answer SimEndpoint::Respond(const Opening& opening) {
  if (behaviour_.refuses_version) return {AnswerKind::kErrorNotify, 5, 0, {}, {}, 0, 0};
  if (const auto* v2_opening = std::get_if<Ikev2Opening>(&opening)) return RespondV2(*v2_opening);
  return RespondV1(std::get<Ikev1Opening>(opening));
}

// Fills in the answer to what never comes to a selection.
bool SimEndpoint::IsTooOddForIt(const Ikev2Opening& opening, Answer* answer) const {
  size_t transforms = 0;
  bool additional = false;
  for (const OfferedProposal& p : opening.proposals) {
    transforms += p.transforms.size();
    for (const OfferedTransform& t : p.transforms) additional |= t.type >= 6;
  }
  if (additional && behaviour_.drops_additional) return true;
  answer->kind = AnswerKind::kErrorNotify;
  answer->notify = 14;
  if (transforms > behaviour_.most_transforms) return true;
  answer->notify = 7;
  if (behaviour_.is_odd_about_groups) {
    return std::ranges::none_of(v2, [&](auto& p) { return Contains(p.groups, opening.ke_group); });
  }
  return behaviour_.manner == Manner::kLibreswan && opening.ke_group >= 33 &&
         opening.ke_group <= 37;
}

SimEndpoint::Answer SimEndpoint::RespondV2(const Ikev2Opening& opening) {
  Answer answer;
  if (behaviour_.silent_v2 || SizeOf(opening) > behaviour_.longest_message) return answer;
  if (IsTooOddForIt(opening, &answer)) return answer;
  answer.notify = 14;
  uint16_t ke_group = opening.ke_group;
  if (behaviour_.manner == Manner::kGroupFirst && !v2.empty()) {
    bool known = std::ranges::any_of(v2, [&](auto& p) { return Contains(p.groups, ke_group); });
    if (!known) {
      if (!opening.follow_invalid_ke)
        return {AnswerKind::kInvalidKe, 17, v2[0].groups[0], {}, {}, 0, 0};
      ke_group = v2[0].groups[0];
    }
  }
  std::optional<Ikev2Suite> suite = SelectV2(opening);
  if (!suite) return answer;
  if (suite->group != ke_group && !opening.follow_invalid_ke) {
    if (behaviour_.manner == Manner::kNoNames) return answer;
    return {AnswerKind::kInvalidKe, 17, suite->group, {}, {}, 0, 0};
  }
  if (suite->group != ke_group && behaviour_.manner == Manner::kNoNames) return answer;
  return {AnswerKind::kSelected, 0, 0, *suite, {}, 0, 0};
}

// By its own order of proposals, then by the initiator's.
std::optional<Ikev2Suite> SimEndpoint::SelectV2(const Ikev2Opening& opening) const {
  for (const ProposalV2& own : v2) {
    uint8_t number = 0;
    for (const OfferedProposal& offered : opening.proposals) {
      ++number;
      std::optional<Ikev2Suite> suite = Match(own, offered);
      if (!suite) continue;
      suite->proposal_number = number;
      return suite;
    }
  }
  return std::nullopt;
}

std::optional<Ikev2Suite> SimEndpoint::Match(const ProposalV2& own,
                                             const OfferedProposal& offered) const {
  auto pick = [this](const std::vector<uint16_t>& mine,
                     const std::vector<uint16_t>& theirs) -> std::optional<uint16_t> {
    const auto& order = behaviour_.initiator_order ? theirs : mine;
    const auto& other = behaviour_.initiator_order ? mine : theirs;
    for (uint16_t id : order) {
      if (Contains(other, id)) return id;
    }
    return std::nullopt;
  };
  Ikev2Suite suite;
  bool found = false;
  for (const Cipher& cipher : own.ciphers) {
    for (const OfferedTransform& t : offered.transforms) {
      if (found || t.type != 1 || t.id != cipher.id || t.key_length != cipher.key_length) continue;
      suite.encryption = cipher.id;
      suite.key_length = cipher.key_length;
      found = true;
    }
  }
  std::vector<uint16_t> offered_integrity = IdsOf(offered, 3);
  std::optional<uint16_t> prf = pick(own.prfs, IdsOf(offered, 2));
  std::optional<uint16_t> group = pick(own.groups, IdsOf(offered, 4));
  if (!found || !prf || !group) return std::nullopt;
  if (!own.integrity.empty()) {
    std::optional<uint16_t> integrity = pick(own.integrity, offered_integrity);
    if (!integrity) return std::nullopt;
    suite.integrity = *integrity;
  } else if (!offered_integrity.empty() && behaviour_.manner == Manner::kLibreswan) {
    return std::nullopt;
  }
  suite.prf = *prf;
  suite.group = *group;
  if (!MatchSlots(own, offered, &suite)) return std::nullopt;
  return suite;
}

// strongSwan: greedily by its own order, no method twice, NONE where a side has nothing. libreswan:
// every type that is offered has to match, a missing one is NONE.
bool SimEndpoint::MatchSlots(const ProposalV2& own, const OfferedProposal& offered,
                             Ikev2Suite* suite) const {
  std::vector<uint16_t> taken = {suite->group};
  for (size_t slot = 0; slot < 7; ++slot) {
    std::vector<uint16_t> theirs = IdsOf(offered, static_cast<uint8_t>(6 + slot));
    if (!behaviour_.additional) {
      if (!theirs.empty() && !behaviour_.ignores_unknown_types) return false;
      continue;
    }
    std::vector<uint16_t> mine = own.slots[slot];
    if (mine.empty() && theirs.empty()) continue;
    if (mine.empty() && behaviour_.manner == Manner::kLibreswan) return false;
    if (mine.empty()) mine = {0};
    if (theirs.empty()) theirs = {0};
    std::optional<uint16_t> chosen;
    for (uint16_t id : mine) {
      if (chosen || !Contains(theirs, id)) continue;
      if (id == 0 || !Contains(taken, id)) chosen = id;
    }
    if (!chosen) return false;
    suite->additional_ke[slot] = *chosen;
    taken.push_back(*chosen);
  }
  return true;
}

std::set<AlgorithmId> SimEndpoint::TruthV2() const {
  std::set<AlgorithmId> truth;
  for (const ProposalV2& own : v2) {
    // Every way to choose a group and a method for each slot without a repetition.
    std::set<AlgorithmId> methods;
    std::vector<uint16_t> chosen;
    std::function<bool(size_t)> choose = [&](size_t slot) {
      if (slot == 7) {
        methods.insert({Kind::kDh, chosen[0], 0});
        for (size_t i = 1; i < chosen.size(); ++i) {
          if (chosen[i] != 0) methods.insert({Kind::kAdditionalKe, chosen[i], 0});
        }
        return true;
      }
      std::vector<uint16_t> options =
          behaviour_.additional ? own.slots[slot] : std::vector<uint16_t>{};
      if (options.empty()) options = {0};
      bool any = false;
      for (uint16_t id : options) {
        if (id != 0 && Contains(chosen, id)) continue;
        chosen.push_back(id);
        any |= choose(slot + 1);
        chosen.pop_back();
      }
      return any;
    };
    bool reachable = false;
    for (uint16_t group : own.groups) {
      chosen = {group};
      reachable |= choose(0);
    }
    if (!reachable) continue;
    truth.insert(methods.begin(), methods.end());
    for (const Cipher& c : own.ciphers) truth.insert({Kind::kEncryption, c.id, c.key_length});
    for (uint16_t id : own.integrity) truth.insert({Kind::kIntegrity, id, 0});
    for (uint16_t id : own.prfs) truth.insert({Kind::kPrf, id, 0});
  }
  return truth;
}

}  // namespace ike::sim
