#include "probes/audit/ikev2_space.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "probes/algorithms/registry.h"

namespace ike::audit {
namespace {

// Additional methods are asked about in the first slots; further down only ML-KEM is to be
// expected.
constexpr size_t kSlotsWithClassicalMethods = 3;

struct Weight {
  uint16_t id;
  uint16_t key_length;
  uint8_t weight;
};

// What gateways are commonly set to. It decides the order of questions, never a verdict.
constexpr Weight kCommonCiphers[] = {{3, 0, 6},    {12, 128, 8}, {12, 192, 4}, {12, 256, 8},
                                     {20, 128, 8}, {20, 192, 3}, {20, 256, 8}, {28, 0, 5},
                                     {16, 128, 3}, {16, 256, 3}, {13, 128, 2}, {13, 256, 2},
                                     {18, 128, 2}, {18, 256, 2}, {19, 128, 2}, {19, 256, 2}};
constexpr Weight kCommonIntegrity[] = {{2, 0, 6},  {12, 0, 8}, {13, 0, 5},
                                       {14, 0, 6}, {1, 0, 3},  {5, 0, 2}};
constexpr Weight kCommonPrf[] = {{2, 0, 6}, {5, 0, 8}, {6, 0, 6}, {7, 0, 6}, {1, 0, 3}, {4, 0, 2}};
constexpr Weight kCommonGroups[] = {{14, 0, 8}, {19, 0, 6}, {31, 0, 6}, {20, 0, 5},
                                    {2, 0, 4},  {5, 0, 3},  {15, 0, 3}, {16, 0, 3},
                                    {21, 0, 3}, {36, 0, 2}, {37, 0, 2}, {35, 0, 2}};
constexpr Weight kCommonMethods[] = {{36, 0, 8}, {37, 0, 6}, {35, 0, 4}, {31, 0, 2}, {20, 0, 2}};

constexpr uint16_t kLikelyClassicalMethods[] = {14, 15, 16, 17, 18, 19, 20, 21, 28, 29, 30, 31, 32};

// IANA's numbers of the same hash or cipher in both roles.
constexpr std::pair<uint16_t, uint16_t> kIntegrityOfPrf[] = {{1, 1},  {2, 2},  {4, 5}, {5, 12},
                                                             {6, 13}, {7, 14}, {8, 8}};

template <size_t N>
uint8_t WeightOf(const Weight (&weights)[N], const Algorithm& row) {
  for (const Weight& w : weights) {
    if (w.id == row.id && w.key_length == row.key_length) return w.weight;
  }
  return 1;
}

// What a configuration has a keyword for gets selected, whether an IKE SA may have it or not.
bool MayBeConfigured(const Algorithm& row) {
  return row.in_ike_sa || !row.strongswan.empty() || !row.libreswan.empty();
}

template <size_t N>
std::vector<Candidate> CandidatesOf(Kind kind, const Weight (&weights)[N]) {
  std::vector<Candidate> candidates;
  for (const Algorithm& row : AllAlgorithms(IkeVersion::kV2, kind)) {
    if (row.id == 0 || !MayBeConfigured(row)) continue;
    candidates.push_back({row.id, row.key_length, row.aead, WeightOf(weights, row)});
  }
  return candidates;
}

AxisSearch WholeAxis(std::vector<Candidate> candidates) {
  ValueSet all = FirstValues(candidates.size());
  return AxisSearch(std::move(candidates), all);
}

bool IsLikelyMethod(uint16_t id, size_t slot) {
  if (IsPostQuantum(id)) return true;
  return slot < kSlotsWithClassicalMethods &&
         std::ranges::find(kLikelyClassicalMethods, id) != std::end(kLikelyClassicalMethods);
}

}  // namespace

Ikev2Space::Ikev2Space() {
  axes_[Index(Axis::kEncryption)] = WholeAxis(CandidatesOf(Kind::kEncryption, kCommonCiphers));
  axes_[Index(Axis::kIntegrity)] = WholeAxis(CandidatesOf(Kind::kIntegrity, kCommonIntegrity));
  axes_[Index(Axis::kPrf)] = WholeAxis(CandidatesOf(Kind::kPrf, kCommonPrf));
  axes_[Index(Axis::kGroup)] = WholeAxis(CandidatesOf(Kind::kDh, kCommonGroups));
  std::vector<Candidate> methods = CandidatesOf(Kind::kAdditionalKe, kCommonMethods);
  methods.insert(methods.begin(), Candidate{});  // NONE
  ValueSet asked = FirstValues(methods.size()).reset(0);
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    axis(SlotAxis(slot)) = AxisSearch(methods, asked);
    for (size_t index = 1; index < methods.size(); ++index) {
      likely_methods_[slot].set(index, IsLikelyMethod(methods[index].id, slot));
    }
  }
  const std::vector<Candidate>& ciphers = axis(Axis::kEncryption).candidates();
  for (size_t index = 0; index < ciphers.size(); ++index) aead_.set(index, ciphers[index].aead);
}

Selection Ikev2Space::Live() const {
  Selection live;
  for (size_t index = 0; index < kAxisCount; ++index) live[index] = axes_[index].live();
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    const AxisSearch& methods = axis(SlotAxis(slot));
    live[Index(SlotAxis(slot))] &= likely_methods_[slot] | methods.accepted() | Single(0);
  }
  return live;
}

Selection Ikev2Space::Everything() const {
  Ikev2Space forgetful = *this;
  forgetful.ReopenAll();
  return forgetful.Live();
}

Selection Ikev2Space::Common() const {
  Selection common = Everything();
  for (size_t index = 0; index < Index(Axis::kSlot1); ++index) {
    const std::vector<Candidate>& candidates = axes_[index].candidates();
    ForEach(common[index], [&](size_t value) {
      if (candidates[value].weight < 2) common[index].reset(value);
    });
  }
  return common;
}

Selection Ikev2Space::Accepted() const {
  Selection accepted;
  for (size_t index = 0; index < kAxisCount; ++index) accepted[index] = axes_[index].accepted();
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    accepted[Index(SlotAxis(slot))].set(0);
  }
  return accepted;
}

void Ikev2Space::Learn(const Ikev2Suite& suite) {
  auto accept = [this](Axis a, uint16_t id, uint16_t key_length) {
    size_t index = axis(a).Find(id, key_length);
    // Some daemons echo a key length of ciphers that have only one.
    if (index == axis(a).candidates().size()) index = axis(a).Find(id);
    axis(a).Accept(index);
  };
  accept(Axis::kEncryption, suite.encryption, suite.key_length);
  if (suite.integrity != 0) accept(Axis::kIntegrity, suite.integrity, 0);
  accept(Axis::kPrf, suite.prf, 0);
  accept(Axis::kGroup, suite.group, 0);
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    if (suite.additional_ke[slot] != 0) accept(SlotAxis(slot), suite.additional_ke[slot], 0);
  }
}

void Ikev2Space::ReopenAll() {
  for (AxisSearch& search : axes_) search.Reopen();
}

void Ikev2Space::RetryAll() {
  for (AxisSearch& search : axes_) search.Retry();
}

void Ikev2Space::RefuseAll() {
  for (AxisSearch& search : axes_) search.OnNo(search.undecided());
}

void Ikev2Space::RefuseSlots() {
  for (size_t slot = 0; slot < kAdditionalKeyExchangeSlots; ++slot) {
    AxisSearch& search = axis(SlotAxis(slot));
    search = AxisSearch(search.candidates(), FirstValues(search.candidates().size()).reset(0));
    search.OnNo(search.undecided());
  }
}

void Ikev2Space::FavourIntegrityOfPrfs() {
  for (const auto& [prf, integrity] : kIntegrityOfPrf) {
    if (!axis(Axis::kPrf).accepted()[axis(Axis::kPrf).Find(prf)]) continue;
    axis(Axis::kIntegrity).Favour(axis(Axis::kIntegrity).Find(integrity));
  }
}

void Ikev2Space::Report(VersionAudit* result) const {
  constexpr std::array<Kind, 5> kKinds = {Kind::kEncryption, Kind::kIntegrity, Kind::kPrf,
                                          Kind::kDh, Kind::kAdditionalKe};
  for (size_t index = 0; index < kAxisCount; ++index) {
    const AxisSearch& search = axes_[index];
    Kind kind = kKinds[std::min(index, kKinds.size() - 1)];
    auto add = [&](std::vector<AlgorithmId>* list) {
      return [&search, kind, list](size_t value) {
        const Candidate& candidate = search.candidates()[value];
        list->push_back({kind, candidate.id, candidate.key_length});
      };
    };
    ForEach(search.accepted(), add(&result->accepted));
    ForEach(search.undecided(), add(&result->unknown));
  }
  // A method counts once, whatever slot takes it.
  auto tidy = [](std::vector<AlgorithmId>* list) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  };
  tidy(&result->accepted);
  tidy(&result->unknown);
  std::erase_if(result->unknown, [result](const AlgorithmId& id) {
    return std::ranges::binary_search(result->accepted, id);
  });
}

}  // namespace ike::audit
