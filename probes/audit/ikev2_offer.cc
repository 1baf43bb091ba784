#include "probes/audit/ikev2_offer.h"

#include <algorithm>
#include <utility>

#include "probes/algorithms/key_share.h"

namespace ike::audit {
namespace {

// Header, SA and KE payload headers, a nonce of 32 bytes, NAT_DETECTION_* and
// INTERMEDIATE_EXCHANGE_SUPPORTED; a COOKIE of 64 bytes (RFC 7296 section 2.6) may have to be
// added.
constexpr size_t kFixedBytes = 28 + 4 + 8 + 36 + 2 * 28 + 8;
constexpr size_t kCookieBytes = 8 + 64;
// IKEV2_FRAGMENTATION_SUPPORTED, SIGNATURE_HASH_ALGORITHMS, USE_PPK.
constexpr size_t kFeatureBytes = 8 + 8 + 10 + 8;
constexpr size_t kProposalBytes = 8;

size_t TransformBytes(const OfferedTransform& t) { return t.key_length == 0 ? 8 : 12; }

size_t ProposalBytes(const OfferedProposal& proposal) {
  size_t bytes = kProposalBytes;
  for (const OfferedTransform& t : proposal.transforms) bytes += TransformBytes(t);
  return bytes;
}

// One proposal being laid out: one branch (AEAD or not) of some combinations.
struct Draft {
  Selection values;
  size_t slots = 0;
  bool aead = false;
};

std::vector<Axis> AxesOf(const Draft& draft) {
  std::vector<Axis> axes = {Axis::kEncryption, Axis::kPrf};
  if (!draft.aead) axes.push_back(Axis::kIntegrity);
  axes.push_back(Axis::kGroup);
  for (size_t slot = 0; slot < draft.slots; ++slot) axes.push_back(SlotAxis(slot));
  return axes;
}

class Builder {
 public:
  Builder(const Ikev2Space& space, const OfferFrame& frame) : space_(space), frame_(frame) {
    size_t used = MessageBytes({}, frame.ke_group, frame.ask_features);
    room_ = frame.max_message_bytes > used ? frame.max_message_bytes - used : 0;
  }

  void Add(const Combinations& wanted) {
    for (bool aead : {true, false}) {
      Draft draft{wanted.values, wanted.slots, aead};
      ValueSet& ciphers = draft.values[Index(Axis::kEncryption)];
      ciphers &= aead ? space_.aead() : ~space_.aead();
      if (IsEmpty(draft)) continue;
      Place(draft);
    }
  }

  std::vector<Proposals> Take() { return std::move(messages_); }

 private:
  static bool IsEmpty(const Draft& draft) {
    return std::ranges::any_of(AxesOf(draft),
                               [&](Axis a) { return draft.values[Index(a)].none(); });
  }

  OfferedProposal ToProposal(const Draft& draft) const {
    OfferedProposal proposal;
    for (Axis a : AxesOf(draft)) Append(a, draft.values[Index(a)], &proposal);
    return proposal;
  }

  void Append(Axis a, const ValueSet& values, OfferedProposal* proposal) const {
    uint8_t type = TransformType(a);
    bool none = false;
    bool ke_group_there = false;
    ForEach(values, [&](size_t index) {
      const Candidate& c = space_.axis(a).candidates()[index];
      none |= c.id == 0;
      ke_group_there |= c.id == frame_.ke_group;
      if (c.id != 0) proposal->transforms.push_back({type, c.id, c.key_length});
    });
    if (none) proposal->transforms.push_back({type, 0, 0});
    if (a == Axis::kGroup && frame_.append_group && !ke_group_there) {
      proposal->transforms.push_back({type, frame_.ke_group, 0});
    }
  }

  void Place(const Draft& draft) {
    OfferedProposal proposal = ToProposal(draft);
    size_t bytes = ProposalBytes(proposal);
    if (bytes > room_ && Split(draft)) return;
    if (messages_.empty() || free_ < bytes) {
      messages_.emplace_back();
      free_ = room_;
    }
    messages_.back().push_back(std::move(proposal));
    free_ -= std::min(free_, bytes);
  }

  // Two drafts that offer the same together; false if nothing can be split.
  bool Split(const Draft& draft) {
    std::vector<Axis> axes = AxesOf(draft);
    Axis longest =
        *std::ranges::max_element(axes, {}, [&](Axis a) { return draft.values[Index(a)].count(); });
    const ValueSet& values = draft.values[Index(longest)];
    if (values.count() < 2) return false;
    Draft first = draft;
    Draft second = draft;
    size_t seen = 0;
    ForEach(values, [&](size_t index) {
      Draft& other = seen++ < values.count() / 2 ? second : first;
      other.values[Index(longest)].reset(index);
    });
    Place(first);
    Place(second);
    return true;
  }

  const Ikev2Space& space_;
  const OfferFrame& frame_;
  size_t room_ = 0;
  size_t free_ = 0;
  std::vector<Proposals> messages_;
};

bool IsGroup(const OfferedTransform& t) { return t.type == TransformType(Axis::kGroup); }

bool OffersGroup(const OfferedProposal& proposal, uint16_t group) {
  return std::ranges::any_of(proposal.transforms, [group](const OfferedTransform& t) {
    return IsGroup(t) && t.id == group;
  });
}

}  // namespace

size_t MessageBytes(const Proposals& proposals, uint16_t ke_group, bool ask_features) {
  size_t bytes = kFixedBytes + kCookieBytes + KeyShareLength(ke_group);
  if (ask_features) bytes += kFeatureBytes;
  for (const OfferedProposal& proposal : proposals) bytes += ProposalBytes(proposal);
  return bytes;
}

Proposals WithOnlyGroup(const Proposals& proposals, uint16_t group) {
  Proposals kept;
  for (const OfferedProposal& proposal : proposals) {
    if (!OffersGroup(proposal, group)) continue;
    kept.push_back(proposal);
    std::erase_if(kept.back().transforms,
                  [group](const OfferedTransform& t) { return IsGroup(t) && t.id != group; });
  }
  return kept;
}

bool OffersGroup(const Proposals& proposals, uint16_t group) {
  return std::ranges::any_of(proposals,
                             [group](const OfferedProposal& p) { return OffersGroup(p, group); });
}

std::vector<Proposals> BuildOffers(const Ikev2Space& space, const std::vector<Combinations>& wanted,
                                   const OfferFrame& frame) {
  Builder builder(space, frame);
  for (const Combinations& combinations : wanted) builder.Add(combinations);
  return builder.Take();
}

}  // namespace ike::audit
