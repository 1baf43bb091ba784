#include "probes/audit/axis_search.h"

#include <algorithm>
#include <utility>

namespace ike::audit {

AxisSearch::AxisSearch(std::vector<Candidate> candidates, const ValueSet& asked)
    : candidates_(std::move(candidates)), all_(FirstValues(candidates_.size())), asked_(asked) {}

ValueSet AxisSearch::NextSubset() const {
  if (positive_.any()) return LikelierHalf(positive_);
  return undecided() & ~silent_;
}

// Half by weight, so that what is common is found in fewer questions than what is rare.
ValueSet AxisSearch::LikelierHalf(const ValueSet& set) const {
  std::vector<size_t> order;
  unsigned total = 0;
  ForEach(set, [&](size_t index) {
    order.push_back(index);
    total += candidates_[index].weight;
  });
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    return candidates_[a].weight > candidates_[b].weight;
  });
  ValueSet half;
  unsigned taken = 0;
  for (size_t index : order) {
    if (half.any() && (2 * taken >= total || half.count() + 1 == order.size())) break;
    half.set(index);
    taken += candidates_[index].weight;
  }
  return half;
}

void AxisSearch::OnYes(const ValueSet& subset) {
  // What was accepted meanwhile explains the answer.
  if ((subset & accepted_).any()) return;
  positive_ = subset & undecided();
  SettlePositive();
}

void AxisSearch::OnCombinationAccepted() {
  if (accepted_.none() && positive_.none() && silent_.none()) OnYes(undecided());
}

void AxisSearch::OnNo(const ValueSet& subset) {
  refused_ |= subset & asked_ & ~accepted_;
  positive_ &= ~refused_;
  SettlePositive();
}

void AxisSearch::OnSilence(const ValueSet& subset) {
  // The other half is asked on its own: that one of the two is accepted is no help without both.
  positive_.reset();
  silent_ |= subset;
}

void AxisSearch::Accept(size_t index) {
  if (index >= candidates_.size()) return;
  if (positive_[index]) positive_.reset();
  accepted_.set(index);
  refused_.reset(index);
}

void AxisSearch::Favour(size_t index) {
  constexpr uint8_t kFavoured = 100;
  if (index < candidates_.size()) candidates_[index].weight = kFavoured;
}

void AxisSearch::Exclude(const ValueSet& set) {
  asked_ &= ~set;
  all_ &= ~set;
}

void AxisSearch::SettlePositive() {
  if (positive_.count() != 1) return;
  accepted_ |= positive_;
  positive_.reset();
}

size_t AxisSearch::Find(uint16_t id, uint16_t key_length) const {
  auto found = std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) {
    return c.id == id && c.key_length == key_length;
  });
  return static_cast<size_t>(found - candidates_.begin());
}

}  // namespace ike::audit
