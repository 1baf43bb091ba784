// Ikev1Space: the suites that Main Mode can be asked about, and what is known of them. IKEv1
// negotiates whole suites (RFC 2409 section 5), so a refusal settles the suites offered, not their
// algorithms: one is refused when all suites with it are. Used by the IKEv1 audit; of one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/algorithms/suite.h"
#include "probes/audit/audit.h"
#include "probes/audit/candidate.h"

namespace ike::audit {

class Ikev1Space {
 public:
  // Nothing is known yet. To be copied: making one takes longer than all else of many an audit.
  static const Ikev1Space& Unknown();

  // Indices of suites that are undecided and would teach something. Those with the most new values
  // come first, since each selection leaves state at the endpoint; of these the likeliest.
  using Batch = std::vector<size_t>;
  // At most so many; with `group`, only of that group.
  Batch NextBatch(size_t at_most, uint16_t group = 0) const;
  // The first ones that fit `bytes`, each `copies` times, without key lengths more of them.
  Batch NextBatchOf(size_t bytes, size_t copies) const;
  Ikev1Transform Transform(size_t suite) const;

  void Refuse(const Batch& batch);
  void Silence(const Batch& batch);
  void RefuseRest();
  // What it is not known to implement is from now on asked about with likely partners only.
  void SetImplementation(std::string_view name);
  // Silent ones become undecided again, and worth asking whatever the implementation.
  void Retry();
  // Refusals so far were for another reason than the suites.
  void ReopenAll();
  // Another sweep begins, with another method: what was refused becomes open again, and what met
  // silence stays unknown whatever the new method brings.
  void BeginAnew();
  // Returns false if nothing was new.
  bool Learn(const Ikev1Suite& suite);

  bool anything_accepted() const { return accepted_[0].any(); }
  std::vector<uint16_t> AcceptedGroups() const;
  void Report(VersionAudit* result) const;

 private:
  Ikev1Space();

  static constexpr size_t kAxes = 3;  // cipher, hash, group
  enum class State : uint8_t { kOpen, kRefused, kSilent, kDoubtful, kLost };
  struct Suite {
    std::array<uint8_t, kAxes> values{};  // indices into candidates_
    State state = State::kOpen;
  };

  enum class Family : uint8_t { kUnknown, kStrongSwan, kLibreswan };

  void AddSuites();
  // Whether the family is not known to have that value of the axis.
  bool IsOdd(size_t axis, const Candidate& candidate) const;
  bool IsWorthAsking(const Suite& suite) const;
  bool IsUndecided(const Suite& suite) const;
  unsigned WeightOf(const Suite& suite) const;
  size_t NewValuesOf(const Suite& suite) const;  // how many are not known to be accepted

  std::array<std::vector<Candidate>, kAxes> candidates_;
  std::array<ValueSet, kAxes> accepted_;
  std::vector<Suite> suites_;  // the likeliest first
  Family family_ = Family::kUnknown;
};

}  // namespace ike::audit
