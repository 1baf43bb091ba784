#include "tests/responder/select.h"

#include <algorithm>

namespace responder {
namespace {

// RFC 9370 section 2.2.2: a type that is missing means NONE.
constexpr uint16_t kNone = 0;

std::vector<Transform> OfType(const std::vector<Transform>& all, uint8_t type) {
  std::vector<Transform> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const Transform& t) { return t.type == type; });
  return found;
}

bool Same(const Transform& a, const Transform& b) {
  return a.id == b.id && a.key_length == b.key_length;
}

class Matcher {
 public:
  Matcher(const RulesV2& rules, bool intermediate) : rules_(rules), intermediate_(intermediate) {}

  std::optional<ChosenV2> Match(const AllowedV2& own, const Proposal& offered) const {
    if (offered.protocol != 1 || !KnowsTypes(own, offered)) return std::nullopt;
    ChosenV2 chosen;
    chosen.answer.number = offered.number;
    chosen.answer.spi = offered.spi;
    uint8_t second = rules_.prf_first ? kPrf : kIntegrity;
    uint8_t third = rules_.prf_first ? kIntegrity : kPrf;
    for (uint8_t type : {kEncryption, second, third, kKeyExchange}) {
      if (!Choose(type, own, offered, chosen.answer.transforms)) return std::nullopt;
    }
    chosen.group = OfType(chosen.answer.transforms, kKeyExchange).front().id;
    if (rules_.rfc9370 && !ChooseAdditional(own, offered, chosen)) return std::nullopt;
    return chosen;
  }

 private:
  bool KnowsTypes(const AllowedV2& own, const Proposal& offered) const {
    if (rules_.unknown_types == UnknownTypes::kIgnore && !rules_.rfc9370) return true;
    return std::ranges::all_of(offered.transforms, [&](const Transform& t) {
      if (t.type >= kEncryption && t.type <= kKeyExchange) return true;
      if (rules_.unknown_types == UnknownTypes::kIgnore && t.type > kLastAdditional) return true;
      if (t.type >= kFirstAdditional && t.type <= kLastAdditional) return rules_.rfc9370;
      // Extended sequence numbers belong to AH and ESP (RFC 7296 section 3.3.3).
      return !OfType(own, t.type).empty();
    });
  }

  bool Usable(const Transform& t) const {
    return !t.unknown_attribute || rules_.unknown_attributes_ok;
  }

  std::optional<Transform> First(const std::vector<Transform>& own,
                                 const std::vector<Transform>& offered) const {
    const auto& order = rules_.peer_transform_order ? offered : own;
    const auto& other = rules_.peer_transform_order ? own : offered;
    for (const Transform& one : order) {
      for (const Transform& two : other) {
        if (Same(one, two) && Usable(one) && Usable(two)) {
          return Transform{one.type, one.id, one.key_length};
        }
      }
    }
    return std::nullopt;
  }

  bool Choose(uint8_t type, const AllowedV2& own, const Proposal& offered,
              std::vector<Transform>& answer) const {
    auto mine = OfType(own, type);
    auto theirs = OfType(offered.transforms, type);
    if (type == kIntegrity && mine.empty()) return AeadIntegrityFits(theirs);
    auto found = First(mine, theirs);
    if (found) answer.push_back(*found);
    return found.has_value();
  }

  // RFC 7296 section 3.3: with AEAD no integrity transform, or NONE. strongSwan takes any and
  // leaves it out of the answer.
  bool AeadIntegrityFits(const std::vector<Transform>& offered) const {
    if (!rules_.strict_aead || offered.empty()) return true;
    return std::ranges::any_of(offered, [](const Transform& t) { return t.id == kNone; });
  }

  bool ChooseAdditional(const AllowedV2& own, const Proposal& offered, ChosenV2& chosen) const {
    std::vector<uint16_t> taken = {chosen.group};
    for (uint8_t type = kFirstAdditional; type <= kLastAdditional; ++type) {
      auto mine = OfType(own, type);
      auto theirs = OfType(offered.transforms, type);
      if (theirs.empty()) theirs.push_back({type, kNone, 0});
      bool configured = !mine.empty();
      if (!configured) mine.push_back({type, kNone, 0});
      RemoveUnusable(mine, taken);
      auto found = First(mine, theirs);
      if (!found) return false;
      if (found->id != kNone) taken.push_back(found->id);
      // strongSwan leaves NONE out where none is configured or none was offered.
      if (configured && !OfType(offered.transforms, type).empty()) {
        chosen.answer.transforms.push_back({type, found->id, 0});
      }
    }
    return true;
  }

  // Chosen methods must differ from each other (RFC 9370 section 2.2.2), and need IKE_INTERMEDIATE.
  void RemoveUnusable(std::vector<Transform>& own, const std::vector<uint16_t>& taken) const {
    std::erase_if(own, [&](const Transform& t) {
      if (t.id == kNone) return false;
      return !intermediate_ || std::ranges::find(taken, t.id) != taken.end();
    });
  }

  const RulesV2& rules_;
  bool intermediate_;
};

bool Matches(const RulesV1& rules, const AllowedV1& own, const Suite& suite) {
  if (suite.transform_id != 1 || suite.unknown_attribute) return false;
  bool cipher = std::ranges::any_of(own.ciphers, [&](const CipherV1& c) {
    if (c.id != suite.encryption) return false;
    if (c.key_length == suite.key_length) return true;
    return rules.missing_key_length_ok && c.key_length == 128 && suite.key_length == 0;
  });
  return cipher && std::ranges::find(own.hashes, suite.hash) != own.hashes.end() &&
         std::ranges::find(own.groups, suite.group) != own.groups.end();
}

bool TakesLife(const RulesV1& rules, const Suite& suite) {
  if (rules.life_check == LifeCheck::kExact) return suite.life_seconds == rules.life_seconds;
  if (rules.life_check != LifeCheck::kStrict) return true;
  return suite.life_seconds != 0 && suite.life_seconds <= rules.life_seconds;
}

bool Authenticates(const RulesV1& rules, const Suite& suite) {
  return rules.any_authentication ||
         std::ranges::find(rules.authentications, suite.authentication) !=
             rules.authentications.end();
}

}  // namespace

std::optional<ChosenV2> SelectV2(const RulesV2& rules, const std::vector<Proposal>& offer,
                                 bool intermediate) {
  Matcher matcher(rules, intermediate);
  size_t outer = rules.peer_proposal_order ? offer.size() : rules.proposals.size();
  size_t inner = rules.peer_proposal_order ? rules.proposals.size() : offer.size();
  for (size_t i = 0; i < outer; ++i) {
    for (size_t j = 0; j < inner; ++j) {
      size_t own = rules.peer_proposal_order ? j : i;
      size_t theirs = rules.peer_proposal_order ? i : j;
      auto chosen = matcher.Match(rules.proposals[own], offer[theirs]);
      if (chosen) return chosen;
    }
  }
  return std::nullopt;
}

const Suite* SelectV1(const RulesV1& rules, const OfferV1& offer) {
  auto acceptable = [&](const AllowedV1& own, const Suite& suite) {
    return Authenticates(rules, suite) && TakesLife(rules, suite) && Matches(rules, own, suite);
  };
  if (rules.peer_order) {
    for (const Suite& suite : offer.suites) {
      for (const AllowedV1& own : rules.proposals) {
        if (acceptable(own, suite)) return &suite;
      }
    }
    return nullptr;
  }
  for (const AllowedV1& own : rules.proposals) {
    for (const Suite& suite : offer.suites) {
      if (acceptable(own, suite)) return &suite;
    }
  }
  return nullptr;
}

}  // namespace responder
