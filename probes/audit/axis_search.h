// AxisSearch: which candidates of one axis an endpoint accepts, found by asking about sets of them
// (group testing): a refused set is settled by one question, a set known to hold an accepted value
// is halved. It says what to ask next and is told the answers; how they come about is its owner's.
// Pure, of one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "probes/audit/candidate.h"

namespace ike::audit {

class AxisSearch {
 public:
  AxisSearch() = default;
  // `asked`: the candidates that are asked about; the others (NONE) are always offered.
  AxisSearch(std::vector<Candidate> candidates, const ValueSet& asked);

  const std::vector<Candidate>& candidates() const { return candidates_; }
  const ValueSet& accepted() const { return accepted_; }
  const ValueSet& refused() const { return refused_; }
  // What may still be a part of some accepted combination.
  ValueSet live() const { return all_ & ~refused_; }
  ValueSet undecided() const { return asked_ & ~accepted_ & ~refused_; }
  bool settled() const { return NextSubset().none(); }

  // The set to ask about next, empty when there is nothing to ask (any more, or until Retry).
  ValueSet NextSubset() const;
  // Candidates of which at least one is accepted, not yet known which. May be empty.
  const ValueSet& positive() const { return positive_; }

  void OnYes(const ValueSet& subset);
  // Every combination has a value of this axis and one is accepted: so one of the candidates is.
  void OnCombinationAccepted();
  void OnNo(const ValueSet& subset);
  // No verdict: left alone until Retry.
  void OnSilence(const ValueSet& subset);

  void Accept(size_t index);
  // Likelier than all that is not: its questions come first.
  void Favour(size_t index);
  // Makes the silent ones candidates again.
  void Retry() { silent_.reset(); }
  // Takes candidates out of the search: they cannot be asked about.
  void Exclude(const ValueSet& set);
  // Forgets refusals: they were found with offers that could not show everything.
  void Reopen() { refused_.reset(); }

  // The index of a candidate; candidates().size() if there is none.
  size_t Find(uint16_t id, uint16_t key_length = 0) const;

 private:
  ValueSet LikelierHalf(const ValueSet& set) const;
  void SettlePositive();

  std::vector<Candidate> candidates_;
  ValueSet all_;
  ValueSet asked_;
  ValueSet accepted_;
  ValueSet refused_;
  ValueSet positive_;
  ValueSet silent_;
};

}  // namespace ike::audit
