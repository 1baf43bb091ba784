// SimEndpoint: an IKE responder that exists only as answers to openings. What it does is written
// down from what strongSwan 5.9 and libreswan 4.10 were seen to do, and from RFC 7296 and RFC 9370;
// it shares no code with the audits. For tests; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/audit/audit.h"
#include "probes/exchange/outcome.h"
#include "tests/probes/audit/sim_behaviour.h"

namespace ike::sim {

class SimEndpoint {
 public:
  SimEndpoint(Behaviour behaviour, uint64_t seed)
      : behaviour_(std::move(behaviour)), random_(seed) {}

  std::vector<ProposalV2> v2;
  std::vector<ProposalV1> v1;
  std::vector<ProposalV1> v1_aggressive;  // where they differ in Aggressive Mode
  std::unique_ptr<SimEndpoint> second;    // another IKEv1 connection of it, with other methods

  // One whole exchange with `loss` of the datagrams each way. Advances `now` by what it takes.
  // `timeout_fifths`: of the timeout.
  Outcome Exchange(const Opening& opening, double loss, TimePoint* now, int timeout_fifths = 5);

  // What is configured: every value of some combination that would be selected if offered alone.
  std::set<AlgorithmId> TruthV2() const;
  std::set<AlgorithmId> TruthV1() const;

  size_t most_half_open() const { return most_half_open_; }
  size_t cookies() const { return cookies_; }
  size_t drops() const { return drops_; }

 private:
  struct Answer {
    AnswerKind kind = AnswerKind::kNone;
    uint16_t notify = 0;
    uint16_t group = 0;
    Ikev2Suite v2;
    Ikev1Suite v1;
    uint64_t responder_spi = 0;
    uint8_t notify_spi_size = 0;
  };
  Answer Respond(const Opening& opening);
  void Dress(Outcome* outcome) const;
  bool IsTooOddForIt(const Ikev2Opening& opening, Answer* answer) const;
  Answer RespondV2(const Ikev2Opening& opening);
  Answer RespondV1(const Ikev1Opening& opening);
  std::optional<Ikev2Suite> SelectV2(const Ikev2Opening& opening) const;
  std::optional<Ikev2Suite> Match(const ProposalV2& own, const OfferedProposal& offered) const;
  bool MatchSlots(const ProposalV2& own, const OfferedProposal& offered, Ikev2Suite* suite) const;
  const std::vector<uint16_t>& MethodsOf(Ikev1Mode mode) const;
  const std::vector<ProposalV1>& ProposalsOf(Ikev1Mode mode) const;
  bool IsSilentToMethodsOf(const Ikev1Opening& opening) const;
  std::optional<Ikev1Suite> SelectV1(const Ikev1Opening& opening) const;
  bool MatchV1(const ProposalV1& own, const Ikev1Transform& offered) const;
  size_t HalfOpen(TimePoint now);
  bool Lost(double loss);

  Behaviour behaviour_;
  std::mt19937_64 random_;
  std::deque<TimePoint> half_open_;
  size_t most_half_open_ = 0;
  size_t cookies_ = 0;
  size_t drops_ = 0;
  size_t answers_ = 0;
};

}  // namespace ike::sim
