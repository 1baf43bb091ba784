// How the IKEv2 audit words its questions.
#include <algorithm>
#include <array>
#include <utility>

#include "probes/algorithms/key_share.h"
#include "probes/audit/ikev2_audit.h"

namespace ike::audit {
namespace {

// Groups that hardly anybody accepts, with public values that are short and known to every daemon.
// One that turns out to be accepted is replaced by the next.
constexpr std::array<uint16_t, 10> kOracleGroups = {25, 22, 27, 26, 1, 32, 28, 23, 24, 30};

// A cipher number that IANA has not assigned.
constexpr uint16_t kUnassignedCipher = 250;

// From how many candidates on a real selection is worth its price.
constexpr size_t kRevealFrom = 4;

// Longer public values leave no room for the rest of a datagram.
constexpr size_t kLongestPublicValue = 1024;

bool HasPublicValue(uint16_t group) {
  return std::ranges::binary_search(KeyShareGroups(), group) &&
         KeyShareLength(group) <= kLongestPublicValue;
}

}  // namespace

void Ikev2Audit::AskMessages(Question question) {
  question_ = std::move(question);
  question_.next = 0;
  AskCurrentMessage();
}

void Ikev2Audit::AskCurrentMessage() {
  Ikev2Opening opening;
  opening.proposals = question_.messages[question_.next];
  opening.ask_features = false;
  opening.follow_invalid_ke = !oracle_.trusted;
  ValueSet groups;
  for (size_t index = 0; index < space_.axis(Axis::kGroup).candidates().size(); ++index) {
    groups.set(index, OffersGroup(opening.proposals, space_.GroupAt(index)));
  }
  opening.ke_group = KeGroupFor(groups);
  size_t oracle_index = space_.GroupIndex(oracle_.group);
  bool free = oracle_.trusted && space_.axis(Axis::kGroup).refused()[oracle_index];
  sender_.Ask(std::move(opening), !free, {});
  asking_ = true;
}

void Ikev2Audit::AskOpening(Purpose purpose, Ikev2Opening opening) {
  question_ = Question{};
  question_.purpose = purpose;
  question_.messages = {opening.proposals};
  sender_.Ask(std::move(opening), true, {});
  asking_ = true;
}

bool Ikev2Audit::AskReveal(const Match& match) {
  if (!HasPublicValue(match.group)) return false;
  Ikev2Opening opening;
  opening.proposals = WithOnlyGroup(match.proposals, match.group);
  opening.ke_group = match.group;
  opening.follow_invalid_ke = false;
  opening.ask_features = true;
  if (MessageBytes(opening.proposals, match.group, true) > limits_.max_message_bytes) return false;
  AskOpening(Purpose::kReveal, std::move(opening));
  return true;
}

bool Ikev2Audit::AskRevealInstead(const AxisSearch& search) {
  if (!oracle_.trusted || !last_match_ || sender_.under_load()) return false;
  if (reveals_ >= limits_.max_reveals) return false;
  if (search.positive().count() < kRevealFrom) return false;
  Match match = *std::exchange(last_match_, std::nullopt);
  if (!AskReveal(match)) return false;
  ++reveals_;
  return true;
}

// Whoever accepts this names a group before it has looked at the rest.
void Ikev2Audit::AskNonsense() {
  oracle_.nonsense_due = false;
  if (!last_match_) return;
  Question question;
  question.purpose = Purpose::kNonsense;
  question.messages = {last_match_->proposals};
  for (OfferedProposal& proposal : question.messages.front()) {
    std::erase_if(proposal.transforms, [](const OfferedTransform& t) { return t.type == 1; });
    proposal.transforms.insert(proposal.transforms.begin(), {1, kUnassignedCipher, 0});
  }
  AskMessages(std::move(question));
}

std::vector<Combinations> Ikev2Audit::Wanted(Axis axis, const ValueSet& subset) const {
  std::vector<Combinations> wanted;
  for (size_t slots : shapes_) {
    if (IsSlot(axis) && Index(axis) - Index(Axis::kSlot1) >= slots) continue;
    wanted.push_back({space_.Live(), slots});
    wanted.back().values[Index(axis)] = subset;
    if (axis == Axis::kIntegrity) wanted.back().values[Index(Axis::kEncryption)] &= ~space_.aead();
  }
  return wanted;
}

OfferFrame Ikev2Audit::Frame(const ValueSet& groups) const {
  OfferFrame frame;
  frame.ke_group = KeGroupFor(groups);
  frame.append_group = oracle_.trusted;
  frame.max_message_bytes = limits_.max_message_bytes;
  return frame;
}

// Without the oracle: one that is accepted, with a short value; else the likeliest.
uint16_t Ikev2Audit::KeGroupFor(const ValueSet& groups) const {
  if (oracle_.trusted) return oracle_.group;
  const AxisSearch& search = space_.axis(Axis::kGroup);
  bool known = (groups & search.accepted()).any();
  uint16_t best = 0;
  size_t best_merit = 0;
  ForEach(known ? groups & search.accepted() : groups, [&](size_t index) {
    const Candidate& candidate = search.candidates()[index];
    if (!HasPublicValue(candidate.id)) return;
    size_t merit =
        known ? kLongestPublicValue + 1 - KeyShareLength(candidate.id) : candidate.weight;
    if (merit <= best_merit) return;
    best = candidate.id;
    best_merit = merit;
  });
  return best;
}

void Ikev2Audit::ChooseOracleGroup() {
  const AxisSearch& search = space_.axis(Axis::kGroup);
  while (oracle_.next_group < kOracleGroups.size()) {
    uint16_t group = kOracleGroups[oracle_.next_group++];
    if (!HasPublicValue(group) || search.accepted()[space_.GroupIndex(group)]) continue;
    oracle_.group = group;
    return;
  }
  // All are accepted. The oracle still tells the truth with one of them, it only costs more.
}

// Not what RFC 7296 asks of a responder: from now on every question is a real opening.
void Ikev2Audit::DistrustOracle() {
  oracle_.trusted = false;
  space_ = Ikev2Space();
  for (const Ikev2Suite& suite : suites_) space_.Learn(suite);
  AxisSearch& groups = space_.axis(Axis::kGroup);
  for (size_t index = 0; index < groups.candidates().size(); ++index) {
    unaskable_groups_.set(index, !HasPublicValue(space_.GroupAt(index)));
  }
  groups.Exclude(unaskable_groups_);
  question_ = Question{};
  shortest_match_.reset();
  last_match_.reset();
  oracle_.nonsense_due = plain_matched_ = false;
  shapes_ = {0};
  additional_.step = AdditionalStep::kTolerant;
  additional_.verified = additional_.silent = false;
  additional_.strict_slots.clear();
  additional_.one_by_one = {};
  retried_ = false;
  phase_ = Phase::kGroups;
}

}  // namespace ike::audit
